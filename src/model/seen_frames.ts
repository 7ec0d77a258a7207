// What is seen in the frames of clips: numbers, or pictures that an image encoder makes numbers of.

import { bug } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { type ImageConstants, imageFeatures } from '../nn/image_encoder.js'
import { ImageTables } from '../nn/image_tables.js'
import type { Recording } from '../nn/recording.js'
import { drawFrames, type FrameTensors } from '../ops/frame_augment.js'
import type { SeenSigns } from './sign_sizes.js'

/** What an image encoder reads that is not learned; undefined for a model of poses. */
export const signImages = (gpu: Gpu, { images }: Pick<SeenSigns, 'images'>): ImageTables | undefined =>
  images && new ImageTables(gpu, images)

/** Where clips end, and where their frames stand. */
export interface ClipPlaces {
  /** u32 [B] for each stage: rows of each clip, of frames first, of tokens last. */
  readonly lengths: readonly Tensor[]
  /** u32 [B·T]: each frame's place in its clip. */
  readonly at: Tensor
}

/** What is seen in each frame, clips behind each other. */
export type SeenFrames =
  /** Poses, or what an image encoder has made of pictures before: [B, T, numbers rounded up to 4]. */
  | { readonly frames: Tensor }
  /** Pictures, some at a time: B·T of them in all, those of the clips one behind the other, then none. */
  | { readonly pictures: readonly FrameTensors[] }

/** Clips as what reads signing takes them. */
export type SignInputs = ClipPlaces & SeenFrames

/** Features of pictures [B, T, numbers], by the image encoder. */
export function seenPictures(
  r: Recording,
  { images }: Pick<SeenSigns, 'images'>,
  pictures: readonly FrameTensors[],
  { lengths, at }: ClipPlaces,
  constants: ImageConstants | undefined,
): Tensor {
  if (!images || !constants) throw bug('sign tokens', 'pictures for a model of poses')
  const drawn = pictures.map((part) => ({
    images: r.graph.recorder.scope('image/frames', () => drawFrames(r.graph, part, images.imageSize[0])),
    there: part.there,
  }))
  const [clips] = lengths as [Tensor]
  const length = at.shape[0]! / clips.shape[0]!
  return imageFeatures(r, drawn, { lengths: clips, length }, images, constants)
}
