// Features of the frames of videos, by a vision transformer or by a residual network.

import type { Tensor } from '../device/memory.js'
import { clipRows } from '../ops/clip_rows.js'
import { type ImageEncoderConfig, isResidual } from './image_encoder_config.js'
import type { Images } from './images.js'
import type { Recording } from './recording.js'
import { residualNetwork } from './residual_network.js'
import { imageNorm, imageTokens } from './vision_transformer.js'

/** What an image encoder reads that is not learned; `ImageTables` has it. */
export interface ImageConstants {
  /** `[tokens, 1 + grid²]`: how a vision transformer's positions are mixed, where the image has another grid than their table. */
  readonly shares?: Tensor | undefined
}

/**
 * Features of the frames of clips, [B, length, D]: class tokens behind the last norm, or means over all pixels. The frames lie one behind the other, without
 * padding between clips, in the images of `parts`, as many at once as an adapter binds; lengths u32 [B]. A residual network's batch norms are over the images
 * of one part in training.
 */
export function imageFeatures(
  r: Pick<Recording, 'graph' | 'weights'>,
  parts: readonly Images[],
  { lengths, length }: { readonly lengths: Tensor; readonly length: number },
  config: ImageEncoderConfig,
  { shares }: ImageConstants,
): Tensor {
  const rowsOf = (encoded: readonly Tensor[]) => r.graph.recorder.scope('image/frames', () => clipRows(r.graph, encoded, lengths, length))
  if (isResidual(config)) return rowsOf(parts.map((part) => residualNetwork(r, part, config.widths)))
  return imageNorm(r, rowsOf(parts.map((part) => imageTokens(r, part, config, shares))), config)
}
