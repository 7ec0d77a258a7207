// The tensor names of DINOv2's vision transformers, as their authors publish them, as Hugging Face does, and with Sign2GPT's adapters, translated to
// ours, and their sizes read off the shapes.

import { SignError } from '../base/errors.js'
import { elements } from '../device/memory.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { initialTensors } from '../nn/init.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import type { VisionTransformerConfig } from '../nn/vision_transformer_config.js'
import { bareName } from './state_dict.js'

const NORM: Readonly<Record<string, string>> = { weight: 'gamma', bias: 'beta' }
const HALF: Readonly<Record<string, string>> = { 1: 'attention', 2: 'feed_forward' }
const ADAPTED: Readonly<Record<string, string>> = {
  'attn.lora_w1': 'attention/qkv',
  'attn.lora_w2': 'attention/out',
  'mlp.lora_w1': 'feed_forward/wide',
  'mlp.lora_w2': 'feed_forward/narrow',
}

/** The rules for the authors' names, then for Hugging Face's, where queries, keys and values are three tensors instead of one. */
const RULES: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^cls_token$/, () => 'class_token'],
  [/^pos_embed$/, () => 'positions'],
  [/^mask_token$/, () => 'mask_token'],
  [/^patch_embed\.proj\.(weight|bias)$/, (_, part) => `patches/${part}`],
  [/^norm\.(weight|bias)$/, (_, part) => `norm/${NORM[part!]}`],
  [/^blocks\.(\d+)\.norm([12])\.(weight|bias)$/, (_, i, half, part) => `layer.${i}/${HALF[half!]}/norm/${NORM[part!]}`],
  [/^blocks\.(\d+)\.ls([12])\.gamma$/, (_, i, half) => `layer.${i}/${HALF[half!]}/scale`],
  [
    /^blocks\.(\d+)\.attn\.(qkv|proj)\.(weight|bias)$/,
    (_, i, part, kind) => `layer.${i}/attention/${part === 'qkv' ? 'qkv' : 'out'}/${kind}`,
  ],
  [
    /^blocks\.(\d+)\.mlp\.fc([12])\.(weight|bias)$/,
    (_, i, part, kind) => `layer.${i}/feed_forward/${part === '1' ? 'wide' : 'narrow'}/${kind}`,
  ],
  [
    /^blocks\.(\d+)\.(attn\.lora_w[12]|mlp\.lora_w[12])_l([12])\.weight$/,
    (_, i, part, side) => `layer.${i}/${ADAPTED[part!]}/lora/${side === '1' ? 'a' : 'b'}`,
  ],
  [/^embeddings\.cls_token$/, () => 'class_token'],
  [/^embeddings\.position_embeddings$/, () => 'positions'],
  [/^embeddings\.mask_token$/, () => 'mask_token'],
  [/^embeddings\.patch_embeddings\.projection\.(weight|bias)$/, (_, part) => `patches/${part}`],
  [/^layernorm\.(weight|bias)$/, (_, part) => `norm/${NORM[part!]}`],
  [/^encoder\.layer\.(\d+)\.norm([12])\.(weight|bias)$/, (_, i, half, part) => `layer.${i}/${HALF[half!]}/norm/${NORM[part!]}`],
  [/^encoder\.layer\.(\d+)\.layer_scale([12])\.lambda1$/, (_, i, half) => `layer.${i}/${HALF[half!]}/scale`],
  [
    /^encoder\.layer\.(\d+)\.attention\.attention\.(query|key|value)\.(weight|bias)$/,
    (_, i, part, kind) => `layer.${i}/attention/qkv/${kind}#${part}`,
  ],
  [/^encoder\.layer\.(\d+)\.attention\.output\.dense\.(weight|bias)$/, (_, i, kind) => `layer.${i}/attention/out/${kind}`],
  [
    /^encoder\.layer\.(\d+)\.mlp\.fc([12])\.(weight|bias)$/,
    (_, i, part, kind) => `layer.${i}/feed_forward/${part === '1' ? 'wide' : 'narrow'}/${kind}`,
  ],
]

/** What stands before all names in larger models: in Sign2GPT's checkpoints of both stages, and in models of Hugging Face with a head. */
const OWNER = /^(sign_model\.)*(spatial_model\.)*(dinov2\.|backbone\.)?/

/** Our name for one of theirs; undefined for a name that model does not have. Of a third of a product, `#query` behind it, and so on. */
export function nameFromDinov2(name: string): string | undefined {
  const bare = bareName(name).replace(OWNER, '')
  for (const [pattern, ours] of RULES) {
    const found = pattern.exec(bare)
    if (found) return `image/${ours(...found)}`
  }
  return undefined
}

/**
 * Translates tensors of any kind (weights, gradients) by name, in shapes of ours: a convolution's weight flat, tokens without axes of 1, queries,
 * keys and values as one. Throws ERR_CHECKPOINT naming those that model does not have, and one that is there twice.
 */
export function dinov2Tensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  const found = new Map<string, HostTensor>()
  const unknown: string[] = []
  for (const [name, tensor] of theirs) {
    const ours = nameFromDinov2(name)
    if (ours === undefined) unknown.push(name)
    else if (found.has(ours)) throw refused(who, `two tensors for ${ours}, one of them '${name}'`)
    else found.set(ours, { ...tensor, shape: flatShape(ours, tensor.shape) })
  }
  if (unknown.length > 0)
    throw refused(who, `tensors that it does not have: ${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ' …' : ''}`)
  return withJoinedProducts(found, who)
}

/**
 * The weights of an image encoder of these parameters, translated. What a published backbone need not have, adapters and the token for hidden patches,
 * begins as `seed` makes it. Throws ERR_CHECKPOINT as {@link dinov2Tensors}; what else is missing or superfluous is found when they are loaded.
 */
export function dinov2Weights(theirs: HostTensors, specs: readonly ParameterSpec[], seed: number, who: string): Map<string, HostTensor> {
  const tensors = dinov2Tensors(theirs, who)
  const isAdapter = (name: string) => name.includes('/lora/')
  const adapted = [...tensors.keys()].some(isAdapter)
  const optional = specs.filter(({ name }) => (isAdapter(name) ? !adapted : name === 'image/mask_token') && !tensors.has(name))
  return new Map([...tensors, ...initialTensors(optional, seed)])
}

const refused = (who: string, got: string, nextMove = 'Export the backbone alone, as DINOv2 or Hugging Face names its tensors') =>
  new SignError('ERR_CHECKPOINT', who, `wanted a DINOv2 vision transformer, got ${got}`, nextMove)

function flatShape(name: string, shape: readonly number[]): readonly number[] {
  if (name === 'image/patches/weight' && shape.length === 4) return [shape[0]!, elements(shape.slice(1))]
  if (name === 'image/positions') return shape.length === 3 ? shape.slice(1) : shape
  return name === 'image/class_token' || name === 'image/mask_token' ? [elements(shape)] : shape
}

/** Queries, keys and values of one layer as one tensor with all their rows. */
function withJoinedProducts(tensors: ReadonlyMap<string, HostTensor>, who: string): Map<string, HostTensor> {
  const joined = new Map<string, HostTensor>()
  for (const [name, tensor] of tensors) {
    const [whole, part] = name.split('#') as [string, string?]
    if (part === undefined) joined.set(name, tensor)
    else if (!joined.has(whole)) {
      const parts = ['query', 'key', 'value'].map((one) => tensors.get(`${whole}#${one}`))
      const lost = ['query', 'key', 'value'].find((_, i) => !parts[i])
      if (lost) throw refused(who, `no ${lost} for ${whole}`, 'Export the whole model')
      joined.set(whole, stacked(parts as HostTensor[]))
    }
  }
  return joined
}

function stacked(parts: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { shape: [parts.reduce((rows, { shape }) => rows + shape[0]!, 0), ...parts[0]!.shape.slice(1)], data }
}

/**
 * Sizes that shapes tell, of tensors under our names: all but the heads, images, what is trained, and how adapters are scaled. Throws ERR_CHECKPOINT
 * for a shape that is not one of such a model.
 */
export function dinov2Sizes(
  tensors: HostTensors,
  who: string,
): Pick<VisionTransformerConfig, 'width' | 'hidden' | 'layers' | 'patch' | 'grid'> & {
  readonly adapters?: { readonly layers: number; readonly rank: number }
} {
  const need = (name: string): readonly number[] => {
    const shape = tensors.get(name)?.shape
    if (shape?.length !== 2) throw refused(who, shape ? `[${shape.join(', ')}] for ${name}` : `no ${name}`, 'Export the whole model')
    return shape
  }
  const [width, inputs] = need('image/patches/weight') as [number, number]
  const [rows] = need('image/positions') as [number]
  const [patch, grid] = [Math.sqrt(inputs / 3), Math.sqrt(rows - 1)]
  if (!Number.isInteger(patch)) throw refused(who, `patches of ${inputs} numbers`, 'Only square patches in three colours can be read')
  if (!Number.isInteger(grid)) throw refused(who, `${rows} positions`, 'Only a class token and a square of patches can be read')
  const layersOf = (part: string) =>
    new Set([...tensors.keys()].flatMap((name) => new RegExp(`^image/layer\\.(\\d+)/${part}$`).exec(name)?.[1] ?? [])).size
  const adapted = layersOf('attention/qkv/lora/a')
  const rank = () => [...tensors].find(([name]) => name.endsWith('/lora/a'))![1].shape[0]!
  return {
    width,
    hidden: need('image/layer.0/feed_forward/wide/weight')[0]!,
    layers: layersOf('attention/qkv/weight'),
    patch,
    grid,
    ...(adapted > 0 && { adapters: { layers: adapted, rank: rank() } }),
  }
}
