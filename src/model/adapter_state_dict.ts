// The tensor names of Sign2GPT's released adapters, `lang_model.model.layers.N.self_attn.…` and `post_model.fc` in a checkpoint of its second stage,
// translated to ours.

import { SignError } from '../base/errors.js'
import type { AdapterSizes } from '../nn/adapted_decoder.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'

/** Ours for theirs within a layer, `_l1` and `_l2` being A and B. */
const PARTS = new Map([
  ['lora_wq', 'self/query'],
  ['lora_wk', 'self/key'],
  ['lora_wv', 'self/value'],
  ['lora_wo', 'out'],
  ['adaptor_lora_wq', 'cross/query'],
  ['adaptor_lora_wk', 'cross/key'],
  ['adaptor_lora_wv', 'cross/value'],
])

/**
 * Our name of a released tensor of the adapters, undefined for one of the language model's own or of something else: those of self-attentions that
 * are no adapter are the language model's.
 */
export function adapterNameOf(theirs: string): string | undefined {
  const fc = /^post_model\.fc\.(weight|bias)$/.exec(theirs)
  if (fc) return `adapters/signing/${fc[1]}`
  const [, layer, own] = /^lang_model\.model\.layers\.(\d+)\.self_attn\.(.+)$/.exec(theirs) ?? []
  if (own === 'adaptor_gate') return `adapters/layer.${layer}/gate`
  const [, part, kind] = /^(.+)_l([12])\.weight$/.exec(own ?? '') ?? []
  const ours = PARTS.get(part ?? '')
  return ours && `adapters/layer.${layer}/${ours}/${kind === '1' ? 'a' : 'b'}`
}

/** The adapters among released tensors, of weights or of gradients. Throws ERR_CHECKPOINT for a gate that is not one number a head. */
export function adapterTensors(theirs: HostTensors, who: string): Map<string, HostTensor> {
  return new Map(
    [...theirs].flatMap(([name, tensor]) => {
      const ours = adapterNameOf(name)
      if (ours === undefined) return []
      return [[ours, ours.endsWith('/gate') ? gateOf(name, tensor, who) : tensor] as const]
    }),
  )
}

/** [1, heads, 1, 1] as [heads]. */
function gateOf(name: string, { shape, data }: HostTensor, who: string): HostTensor {
  if (shape.length === 4 && shape[1] === data.length) return { shape: [data.length], data }
  const problem = `wanted '${name}' as [1, heads, 1, 1], got [${shape.join(', ')}]`
  throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the whole state dict of the second stage')
}

/** What {@link adapterTensors}' shapes tell. Throws ERR_CHECKPOINT for a lack of what tells it. */
export function adapterSizes(tensors: HostTensors, who: string): AdapterSizes {
  const need = (name: string, dimensions: number, theirs: string): readonly number[] => {
    const shape = tensors.get(name)?.shape
    if (shape?.length === dimensions) return shape
    const problem = `wanted '${theirs}' of ${dimensions} dimensions, got ${shape ? `[${shape.join(', ')}]` : 'none'}`
    throw new SignError('ERR_CHECKPOINT', who, problem, 'Export the whole state dict of the second stage')
  }
  const first = 'lang_model.model.layers.0.self_attn'
  const [width, signWidth] = need('adapters/signing/weight', 2, 'post_model.fc.weight') as [number, number]
  const [rank] = need('adapters/layer.0/self/query/a', 2, `${first}.lora_wq_l1.weight`) as [number]
  const [heads] = need('adapters/layer.0/gate', 1, `${first}.adaptor_gate`) as [number]
  const decoderLayers = new Set([...tensors.keys()].flatMap((name) => /^adapters\/layer\.(\d+)\//.exec(name)?.[1] ?? [])).size
  return { width, signWidth, rank, heads, decoderLayers }
}
