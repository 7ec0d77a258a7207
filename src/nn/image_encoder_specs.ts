// The parameters of what makes features of images.

import { type ImageEncoderConfig, isResidual } from './image_encoder_config.js'
import type { ParameterSpec } from './parameter_spec.js'
import { residualNetworkSpecs } from './residual_network.js'
import { visionTransformerSpecs } from './vision_transformer_specs.js'

/** All parameters, in order. */
export function imageEncoderSpecs(config: ImageEncoderConfig): ParameterSpec[] {
  if (!isResidual(config)) return visionTransformerSpecs(config)
  const specs = residualNetworkSpecs(config.widths)
  return config.trained === 'all' ? specs : specs.map((spec) => ({ ...spec, trainable: false }))
}
