// What makes features of images: a vision transformer or a residual network, how large it is, and how many images go through at once.

import { elements } from '../device/memory.js'
import { checkResidualNetwork, mostResidualNumbers, type ResidualNetworkConfig } from './residual_network_config.js'
import { checkVisionTransformer, tokensOf, type VisionTransformerConfig } from './vision_transformer_config.js'

export type ImageEncoderConfig = VisionTransformerConfig | ResidualNetworkConfig

export const isResidual = (config: ImageEncoderConfig): config is ResidualNetworkConfig => 'widths' in config

/** Numbers of an image's features. */
export const featuresOf = (config: ImageEncoderConfig): number => (isResidual(config) ? config.widths[3] : config.width)

/** Throws ERR_CONFIG naming `who` for sizes that no kernel takes. */
export const checkImageEncoder = (config: ImageEncoderConfig, who: string): void =>
  isResidual(config) ? checkResidualNetwork(config, who) : checkVisionTransformer(config, who)

/** Most images of `config` of which no tensor is larger than `maxBytes`, at least 1. */
export const imagesAtOnce = (config: ImageEncoderConfig, maxBytes: number): number =>
  Math.max(1, Math.floor(maxBytes / (4 * Math.max(mostNumbers(config), 3 * elements(config.imageSize)))))

/** Numbers of the largest tensor that an image becomes. */
function mostNumbers(config: ImageEncoderConfig): number {
  if (isResidual(config)) return mostResidualNumbers(config)
  const { width, hidden, heads } = config
  return tokensOf(config) * Math.max(3 * width, hidden, 4 * heads)
}
