// A frozen language model that reads signing as it reads words: features of its width stand before the sentence, as the tokens of a prompt would (SignLLM, Gong et
// al. 2024). What can be learnt are those features and, with a rank, low-rank adapters (LoRA) at the queries, keys, values and output of every layer; of rank 0 the
// model is as it was. Signing sees the signing before it, words all of the signing and the words before them.

import type { Tensor } from '../device/memory.js'
import { appendToCache, attention, attentionAfterPrefix } from '../ops/attention.js'
import {
  type AdapterFactors,
  type AdapterSizes,
  adaptedOutput,
  adaptedProjections,
  ownAdapterSpecs,
  signingSpecs,
} from './adapted_decoder.js'
import { type AttentionHalf, languageLayers, layerOutput, layerProjections } from './language_model.js'
import { headsOf } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'

/** Undefined: no adapters. */
export type PrefixAdapters = AdapterFactors | undefined

/** What attention reads of a layer's input, and what follows from what it makes. */
type Attend = (parts: { readonly q: Tensor; readonly kv: Tensor }, layer: number) => (graph: Recording['graph']) => Tensor

const half =
  (adapters: PrefixAdapters, attend: Attend): AttentionHalf =>
  (r, name, x, layer) => {
    const made = (parts: { readonly q: Tensor; readonly kv: Tensor }) => r.graph.recorder.scope(name, () => attend(parts, layer)(r.graph))
    if (!adapters) return layerOutput(r, name, x, made(layerProjections(r, name, x)))
    const { own, q, kv } = adaptedProjections(r, adapters, name, x, layer)
    return adaptedOutput(r, { name, own, x, y: made({ q, kv }) })
  }

/** Attention over signing and the sentence behind it, to be given to `languageLayers`; lengths u32 [B]: rows of both. */
export const joinedAttention =
  (adapters: PrefixAdapters, lengths: Tensor): AttentionHalf =>
  (r, name, x, layer) => {
    const options = { ...headsOf(r), keyLengths: lengths, causal: true }
    return half(
      adapters,
      ({ q, kv }) =>
        (g) =>
          attention(g, q, kv, kv, options),
    )(r, name, x, layer)
  }

/** Each layer's keys and values of the signing [B, U, width], [B, U, 2D], made once a sentence; lengths u32 [B]. */
export function prefixCaches(r: Recording, adapters: PrefixAdapters, prefix: Tensor, lengths: Tensor): Tensor[] {
  const caches: Tensor[] = []
  const options = { ...headsOf(r), keyLengths: lengths, causal: true }
  const keeping: Attend = ({ q, kv }, layer) => {
    caches[layer] = kv
    return (g) => attention(g, q, kv, kv, options)
  }
  languageLayers(r, prefix, half(adapters, keeping))
  return caches
}

export interface PrefixStepInputs {
  /** u32 [B]: tokens so far, which is the index of this one. */
  readonly lengths: Tensor
  /** Each layer's keys and values of past tokens, [B, capacity, 2D]. */
  readonly past: readonly Tensor[]
  /** Those of the signing, from `prefixCaches`. */
  readonly memory: readonly Tensor[]
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** Attention of one token more, the step of `joinedAttention`. */
export const prefixedStep =
  (adapters: PrefixAdapters, { lengths, past, memory, memoryLengths }: PrefixStepInputs): AttentionHalf =>
  (r, name, x, layer) => {
    const { heads } = r.config
    const attend: Attend =
      ({ q, kv }) =>
      (g) => {
        appendToCache(g, past[layer]!, kv, lengths)
        const prefix = { cache: memory[layer]!, lengths: memoryLengths }
        return attentionAfterPrefix(g, q, prefix, { cache: past[layer]!, lengths }, { heads, extra: 1 })
      }
    return half(adapters, attend)(r, name, x, layer)
  }

/** The parameters of what reads signing so. */
export const prefixSpecs = (sizes: AdapterSizes): ParameterSpec[] => [
  ...(sizes.rank === 0 ? [] : Array.from({ length: sizes.decoderLayers }, (_, layer) => ownAdapterSpecs(layer, sizes)).flat()),
  ...signingSpecs(sizes),
]
