// Pre-norm transformer layers that see a whole sequence, as a rule with a norm behind the last.

import type { Tensor } from '../device/memory.js'
import { feedForward, norm, selfAttention } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { attentionSpecs, feedForwardSpecs, type LayerSizes, normSpecs } from './specs.js'

/** x [B, U, D] to features [B, U, D]; lengths u32 [B]. */
export function encoder(r: Recording, x: Tensor, lengths: Tensor): Tensor {
  let y = x
  for (let i = 0; i < r.config.encoderLayers; i++) {
    y = selfAttention(r, `encoder.${i}/self`, y, { keyLengths: lengths, causal: false })
    y = feedForward(r, `encoder.${i}/feed_forward`, y)
  }
  return r.config.encoderNorm === false ? y : norm(r, 'encoder/norm', y)
}

export function encoderSpecs(sizes: LayerSizes & { readonly encoderLayers: number; readonly encoderNorm?: boolean }): ParameterSpec[] {
  const layers = Array.from({ length: sizes.encoderLayers }, (_, i) => [
    ...attentionSpecs(`encoder.${i}/self`, sizes.width, ['key', 'value']),
    ...feedForwardSpecs(`encoder.${i}/feed_forward`, sizes),
  ])
  return [...layers.flat(), ...(sizes.encoderNorm === false ? [] : normSpecs('encoder/norm', sizes.width))]
}
