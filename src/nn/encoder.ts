// Pre-norm transformer layers that see a whole sequence, as a rule with a norm behind the last.

import type { Tensor } from '../device/memory.js'
import { type GlossAttentionConfig, glossAttentionSpecs, glossSelfAttention } from './gloss_attention.js'
import { feedForward, norm, selfAttention } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { attentionSpecs, feedForwardSpecs, type LayerSizes, normSpecs } from './specs.js'

/** x [B, U, D] to features [B, U, D]; lengths u32 [B]. */
export function encoder(r: Recording, x: Tensor, lengths: Tensor): Tensor {
  const { encoderLayers, glossAttention } = r.config
  let y = x
  for (let i = 0; i < encoderLayers; i++) {
    const name = `encoder.${i}/self`
    y = glossAttention
      ? glossSelfAttention(r, name, y, lengths, glossAttention)
      : selfAttention(r, name, y, { keyLengths: lengths, causal: false })
    y = feedForward(r, `encoder.${i}/feed_forward`, y)
  }
  return r.config.encoderNorm === false ? y : norm(r, 'encoder/norm', y)
}

export interface EncoderSizes extends LayerSizes {
  readonly encoderLayers: number
  readonly encoderNorm?: boolean
  /** Read with `glossAttention`, whose offsets are of each head. */
  readonly heads?: number
  readonly glossAttention?: GlossAttentionConfig | undefined
}

export function encoderSpecs(sizes: EncoderSizes): ParameterSpec[] {
  const { width, heads = 1, glossAttention, encoderNorm } = sizes
  const layers = Array.from({ length: sizes.encoderLayers }, (_, i) => [
    ...(glossAttention
      ? glossAttentionSpecs(`encoder.${i}/self`, { width, heads, samples: glossAttention.samples })
      : attentionSpecs(`encoder.${i}/self`, width, ['key', 'value'])),
    ...feedForwardSpecs(`encoder.${i}/feed_forward`, sizes),
  ])
  return [...layers.flat(), ...(encoderNorm === false ? [] : normSpecs('encoder/norm', width))]
}
