// The tensor names of the released GFSLT-VLP and of Hugging Face's mBART within it, translated to ours.

import { SignError } from '../base/errors.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import type { StageWidths } from '../nn/residual_network_config.js'
import { FIRST_PLACE } from '../nn/text_transformer.js'
import { flattened, nameFromResNet } from './resnet_state_dict.js'
import { withStatistic } from './slt_state_dict.js'
import { layersIn, matrixShapes } from './told_sizes.js'

const NORM: Readonly<Record<string, string>> = { weight: 'gamma', bias: 'beta', running_mean: 'running', running_var: 'running' }
const PARTS: Readonly<Record<string, string>> = { q: 'query', k: 'key', v: 'value', out: 'out' }
const NORMS: Readonly<Record<string, string>> = { self_attn: 'self', encoder_attn: 'cross', final: 'feed_forward' }

const RULES: readonly (readonly [RegExp, (...parts: string[]) => string | undefined])[] = [
  [/^(?:.+\.)?temporal_conv\.([04])\.(weight|bias)$/, (_, at, part) => `time.${Number(at) / 4}/${part}`],
  [/^(?:.+\.)?temporal_conv\.([15])\.(\w+)$/, (_, at, part) => `time.${(Number(at) - 1) / 4}/norm/${NORM[part!]}`],
  [/^(?:.+\.)?sign_emb\.src_emb\.(weight|bias)$/, (_, part) => `tokens/${part}`],
  [/^(?:.+\.)?sign_emb\.bn_ac\.0\.(\w+)$/, (_, part) => `tokens/norm/${NORM[part!]}`],
  [/^(?:.+\.)?conv_2d\.(?:.+?\.)?((?:conv1|bn1|layer\d)\..+)$/, (_, name) => nameFromResNet(name!)],
  // Both sides of mBART name the one table of words again.
  [/^(?:.+\.)?model\.(?:shared|(?:en|de)coder\.embed_tokens)\.weight$/, () => 'words/table'],
  [/^(?:.+\.)?lm_head\.weight$/, () => 'words/out/weight'],
  [/^(?:.+\.)?final_logits_bias$/, () => 'words/out/bias'],
  [/^(?:.+\.)?model\.(en|de)coder\.embed_positions\.weight$/, (_, side) => `${side}coder/positions`],
  [/^(?:.+\.)?model\.(en|de)coder\.layernorm_embedding\.(weight|bias)$/, (_, side, part) => `${side}coder/embedding_norm/${NORM[part!]}`],
  [/^(?:.+\.)?model\.(en|de)coder\.layer_norm\.(weight|bias)$/, (_, side, part) => `${side}coder/norm/${NORM[part!]}`],
  [
    /^(?:.+\.)?model\.(en|de)coder\.layers\.(\d+)\.(self|encoder)_attn\.(q|k|v|out)_proj\.(weight|bias)$/,
    (_, side, layer, of, part, kind) => `${side}coder.${layer}/${of === 'self' ? 'self' : 'cross'}/${PARTS[part!]}/${kind}`,
  ],
  [
    /^(?:.+\.)?model\.(en|de)coder\.layers\.(\d+)\.(self_attn|encoder_attn|final)_layer_norm\.(weight|bias)$/,
    (_, side, layer, of, part) => `${side}coder.${layer}/${NORMS[of!]}/norm/${NORM[part!]}`,
  ],
  [
    /^(?:.+\.)?model\.(en|de)coder\.layers\.(\d+)\.fc([12])\.(weight|bias)$/,
    (_, side, layer, half, part) => `${side}coder.${layer}/feed_forward/${half === '1' ? 'wide' : 'narrow'}/${part}`,
  ],
]

/** Our name for one of theirs; undefined for a name that model does not have. */
export function nameFromGfslt(name: string): string | undefined {
  for (const [pattern, ours] of RULES) {
    const found = pattern.exec(name)
    if (found) return ours(...found)
  }
  return undefined
}

/** Whether a file holds such a model, or parts of one. */
export const isGfslt = (names: Iterable<string>): boolean => [...names].some((name) => /(^|\.)temporal_conv\.\d\./.test(name))

/**
 * Translates tensors of any kind (weights, gradients). Throws ERR_CHECKPOINT naming those that model does not have, and two of other numbers for one
 * of ours.
 */
export function gfsltTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  const tensors = new Map<string, HostTensor>()
  const from = new Map<string, string>()
  const unknown: string[] = []
  for (const [name, tensor] of theirs) {
    if (name.endsWith('.num_batches_tracked')) continue
    const ours = nameFromGfslt(name)
    if (ours === undefined) {
      unknown.push(name)
      continue
    }
    if (ours.endsWith('/running')) {
      tensors.set(ours, withStatistic(tensors.get(ours), tensor, name.endsWith('running_mean') ? 0 : 1))
      continue
    }
    const made = shapedAsOurs(ours, tensor)
    const other = tensors.get(ours)
    if (other && !isSame(other, made)) throw refused(who, `got '${from.get(ours)}' and another '${name}' for one tensor`)
    tensors.set(ours, made)
    from.set(ours, name)
  }
  if (unknown.length > 0) throw refused(who, `got tensors it does not have: ${unknown.slice(0, 5).join(', ')}`)
  return tensors
}

const isSame = (a: HostTensor, b: HostTensor): boolean =>
  a.shape.join() === b.shape.join() && a.data.every((value, i) => Object.is(value, b.data[i]))

function shapedAsOurs(name: string, tensor: HostTensor): HostTensor {
  if (name === 'words/out/bias') return { shape: [tensor.data.length], data: tensor.data }
  return tensor.shape.length > 2 ? flattened(tensor) : tensor
}

const refused = (who: string, got: string) =>
  new SignError('ERR_CHECKPOINT', who, `wanted a state dict of GFSLT-VLP, ${got}`, 'Export the translation model’s state dict alone')

/** The sizes of a whole model that shapes tell: all but heads, activations and how long clips may be. Throws ERR_CHECKPOINT naming the first that lacks. */
export function gfsltSizes(tensors: HostTensors, who: string) {
  const shapeOf = matrixShapes(tensors, who)
  const rows = (name: string) => shapeOf(name)[0]
  const [vocabulary, width] = shapeOf('words/table')
  const table = tensors.get('words/out/weight')
  return {
    widths: [0, 1, 2, 3].map((stage) => rows(`image/stage.${stage}/block.0/first/weight`)) as unknown as StageWidths,
    features: rows('time.0/weight'),
    vocabulary,
    tied: table === undefined || isSame(table, tensors.get('words/table')!),
    transformer: {
      width,
      hidden: rows('encoder.0/feed_forward/wide/weight'),
      encoderLayers: layersIn(tensors, 'encoder'),
      decoderLayers: layersIn(tensors, 'decoder'),
      places: rows('encoder/positions') - FIRST_PLACE,
    },
  }
}
