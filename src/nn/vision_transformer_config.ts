// How large a vision transformer is, and what of it is trained.

import { SignError } from '../base/errors.js'
import type { PositionForm } from './image_positions.js'

export const imageTraining = ['all', 'adapters', 'none'] as const

/** Low-rank adapters (LoRA) of all four products of a layer. */
export interface ImageAdapters {
  /** How many layers have them: the last ones. */
  readonly layers: number
  readonly rank: number
  readonly alpha: number
  /** Share of an adapter's input that training drops. */
  readonly dropout: number
}

export interface VisionTransformerConfig {
  readonly width: number
  readonly heads: number
  /** Width of the feed-forward block. */
  readonly hidden: number
  readonly layers: number
  /** Pixels a side of a patch. */
  readonly patch: number
  /** Pixels of an image, both multiples of `patch`. */
  readonly imageSize: readonly [height: number, width: number]
  /** Patches a side that the table of positions has; where an image has others, it is resized. */
  readonly grid: number
  readonly positions: PositionForm
  readonly adapters?: ImageAdapters | undefined
  /** All of it, the adapters alone, or nothing. */
  readonly trained: (typeof imageTraining)[number]
  /** What the scales of the layers' branches begin as. */
  readonly layerScale: number
}

/** DINOv2's ViT-S/14 with positions as published, for images of 224 × 224, adapted as in Sign2GPT. */
export const dinov2Small: VisionTransformerConfig = {
  width: 384,
  heads: 6,
  hidden: 1536,
  layers: 12,
  patch: 14,
  imageSize: [224, 224],
  grid: 37,
  positions: 'dinov2',
  adapters: { layers: 3, rank: 4, alpha: 4, dropout: 0.1 },
  trained: 'adapters',
  layerScale: 1,
}

/** Throws ERR_CONFIG naming `who` for sizes that no kernel takes. */
export function checkVisionTransformer(config: VisionTransformerConfig, who: string): void {
  const refuse = (wanted: string, got: unknown, nextMove: string) =>
    new SignError('ERR_CONFIG', who, `wanted ${wanted}, got ${got}`, nextMove)
  const { width, heads, hidden, layers, patch, imageSize, grid, adapters, trained } = config
  for (const [name, value] of Object.entries({ width, heads, hidden, layers, patch, grid, height: imageSize[0], columns: imageSize[1] }))
    if (!Number.isInteger(value) || value < 1) throw refuse(`${name} as a whole number from 1`, value, 'Choose another size')
  if (width % (4 * heads) !== 0)
    throw refuse(`a width of ${heads} heads, each a multiple of 4`, width, `Choose a multiple of ${4 * heads}, or another number of heads`)
  if (hidden % 4 !== 0) throw refuse('hidden as a multiple of 4', hidden, 'Round it up')
  const uneven = imageSize.find((pixels) => pixels % patch !== 0)
  if (uneven !== undefined) throw refuse(`an image that patches of ${patch} fill`, `${imageSize.join(' × ')}`, 'Choose a multiple')
  if (trained === 'adapters' && !adapters) throw refuse('adapters to train', 'none', 'Give them, or train all or nothing')
  if (!adapters) return
  if (!Number.isInteger(adapters.layers) || adapters.layers < 1 || adapters.layers > layers)
    throw refuse(`adapters in 1 to ${layers} layers`, adapters.layers, 'Choose fewer')
  if (!Number.isInteger(adapters.rank) || adapters.rank < 1) throw refuse('a rank from 1', adapters.rank, 'Choose another')
  if (!(adapters.dropout >= 0 && adapters.dropout < 1)) throw refuse('dropout from 0 up to 1', adapters.dropout, 'Choose another')
}

/** Patches of an image, down and across. */
export const patchesOf = ({ imageSize: [height, width], patch }: VisionTransformerConfig): readonly [down: number, across: number] => [
  height / patch,
  width / patch,
]

/** Rows of an image: its class token, then its patches. */
export function tokensOf(config: VisionTransformerConfig): number {
  const [down, across] = patchesOf(config)
  return 1 + down * across
}

/** Whether a layer has adapters: the last ones have. */
export const isAdapted = ({ adapters, layers }: VisionTransformerConfig, layer: number): boolean =>
  layer >= layers - (adapters?.layers ?? 0)
