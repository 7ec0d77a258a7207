// Pre-norm transformer layers that see what came before and an encoder's memory, with a norm behind the last: over a whole sequence, or one
// place of it more.

import type { Tensor } from '../device/memory.js'
import { cachedCrossAttention, cachedSelfAttention, crossAttention, feedForward, norm, projectMemory, selfAttention } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { attentionSpecs, feedForwardSpecs, type LayerSizes, normSpecs } from './specs.js'

export interface DecoderInputs {
  /** u32 [B]: places that count. */
  readonly lengths: Tensor
  /** [B, U, D], from an encoder. */
  readonly memory: Tensor
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** x [B, T, D], each place seeing only those before it: [B, T, D]. */
export function decoder(r: Recording, x: Tensor, { lengths, memory, memoryLengths }: DecoderInputs): Tensor {
  let y = x
  for (let i = 0; i < r.config.decoderLayers; i++) {
    y = selfAttention(r, `decoder.${i}/self`, y, { keyLengths: lengths, causal: true })
    y = crossAttention(r, `decoder.${i}/cross`, y, memory, memoryLengths)
    y = feedForward(r, `decoder.${i}/feed_forward`, y)
  }
  return norm(r, 'decoder/norm', y)
}

export interface DecoderStepInputs {
  /** u32 [B]: places so far, which is the index of this one. */
  readonly lengths: Tensor
  /** Each layer's keys and values of past places, [B, capacity, 2D]. */
  readonly past: readonly Tensor[]
  /** Each layer's keys and values of the memory, [B, U, 2D]. */
  readonly memory: readonly Tensor[]
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** One place more, x [B, D] or [B, 1, D]. Equals the last row of `decoder` over the same places. */
export function decoderStep(r: Recording, x: Tensor, { lengths, past, memory, memoryLengths }: DecoderStepInputs): Tensor {
  let y = x
  for (let i = 0; i < r.config.decoderLayers; i++) {
    y = cachedSelfAttention(r, `decoder.${i}/self`, y, past[i]!, lengths)
    y = cachedCrossAttention(r, `decoder.${i}/cross`, y, memory[i]!, memoryLengths)
    y = feedForward(r, `decoder.${i}/feed_forward`, y)
  }
  return norm(r, 'decoder/norm', y)
}

/** Keys and values of every layer's cross-attention, [B, U, 2D] each, projected once a sentence. */
export function memoryCaches(r: Recording, memory: Tensor): Tensor[] {
  return Array.from({ length: r.config.decoderLayers }, (_, i) => projectMemory(r, `decoder.${i}/cross`, memory))
}

export function decoderSpecs(sizes: LayerSizes & { readonly decoderLayers: number }): ParameterSpec[] {
  const layers = Array.from({ length: sizes.decoderLayers }, (_, i) => [
    ...attentionSpecs(`decoder.${i}/self`, sizes.width, ['key', 'value']),
    ...attentionSpecs(`decoder.${i}/cross`, sizes.width, ['value']),
    ...feedForwardSpecs(`decoder.${i}/feed_forward`, sizes),
  ])
  return [...layers.flat(), ...normSpecs('decoder/norm', sizes.width)]
}
