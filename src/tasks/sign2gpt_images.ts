// The image encoder of a checkpoint of the released Sign2GPT, a vision transformer as DINOv2 publishes it, with adapters in its last layers or without.

import { SignError } from '../base/errors.js'
import { dinov2Sizes, dinov2Tensors, dinov2Weights } from '../model/dinov2_state_dict.js'
import type { HostTensor, HostTensors } from '../nn/host_tensor.js'
import { dinov2Small, type VisionTransformerConfig } from '../nn/vision_transformer_config.js'
import { visionTransformerSpecs } from '../nn/vision_transformer_specs.js'

/** What no tensor tells of an image encoder. */
export interface ReleasedImages {
  /** Attention heads; default of 64 numbers each, as all of DINOv2 have them. */
  readonly heads?: number | undefined
  /** Pixels a side; default 224. */
  readonly size?: number | undefined
  /** α of the adapters; default 4 where their rank is 4, as published. */
  readonly alpha?: number | undefined
}

/** The published rank and α of adapters, of images as of the language model. */
const PUBLISHED = 4

/** α of adapters of a rank. Throws ERR_CONFIG for one that is not known, and for none that can be; `option` says it. */
export function alphaOf(rank: number, told: number | undefined, { path, option }: { path: string; option: string }): number {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_CONFIG', path, problem, nextMove)
  if (told !== undefined && !(told > 0)) throw refuse(`wanted α above 0, got ${told}`, `Say the one that it was trained with: ${option}`)
  if (told !== undefined) return told
  if (rank === PUBLISHED) return PUBLISHED
  throw refuse(`wanted to know α of adapters of rank ${rank}, which only of the published ${PUBLISHED} is known`, `Say it: ${option}`)
}

/** Its sizes, and its tensors by our names. Throws ERR_CHECKPOINT for what is no such encoder, ERR_CONFIG for what is not told of it. */
export function releasedImages(
  theirs: HostTensors,
  path: string,
  told: ReleasedImages,
): { config: VisionTransformerConfig; tensors: Map<string, HostTensor> } {
  const { adapters, ...sizes } = dinov2Sizes(dinov2Tensors(theirs, path), path)
  const size = told.size ?? dinov2Small.imageSize[0]
  const config: VisionTransformerConfig = {
    ...sizes,
    heads: headsOf(sizes.width, told.heads, path),
    imageSize: [size, size],
    ...{ positions: 'dinov2', layerScale: dinov2Small.layerScale },
    ...(adapters && {
      adapters: { ...adapters, alpha: alphaOf(adapters.rank, told.alpha, { path, option: '--image-alpha' }), dropout: 0.1 },
    }),
    // What has no adapters was kept as it was published.
    trained: adapters ? 'adapters' : 'none',
  }
  return { config, tensors: dinov2Weights(theirs, visionTransformerSpecs(config), 0, path) }
}

/** Numbers of a head, in all of DINOv2's vision transformers. */
const HEAD = 64

function headsOf(width: number, told: number | undefined, path: string): number {
  if (told !== undefined) return told
  if (width % HEAD === 0) return width / HEAD
  const problem = `wanted to know the heads of an image encoder of width ${width}, no multiple of ${HEAD} as DINOv2's are`
  throw new SignError('ERR_CONFIG', path, problem, 'Say them: --image-heads')
}
