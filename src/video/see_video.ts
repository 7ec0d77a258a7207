// One video as a model reads it: its frames through the model's image encoder, as many a second as the model was trained with.

import { SignError } from '../base/errors.js'
import type { PoseFrames } from '../infer/pose_reader.js'
import type { SeenSigns } from '../model/sign_sizes.js'
import { PictureStore } from './picture_store.js'
import { type SeeingModel, seenVideos } from './seen_videos.js'
import { videoFile } from './source.js'

/** A model that reads pictures, such as `SignToTextModel` or `PseudoGlossModel`. */
export interface VideoModel extends SeeingModel {
  readonly config: SeenSigns | { readonly signs: SeenSigns }
  /** Frames a second. */
  readonly fps: number
}

export interface SeenVideo extends PoseFrames {
  /** Frames a second of those that were taken. */
  readonly fps: number
  /** What to know of them. */
  readonly notes: readonly string[]
}

/** Of the frames that are kept between counting and seeing them. */
const KEPT_BYTES = 2 ** 30
/** Where a video says nothing of its rate. */
const UNTOLD_RATE = 25

/**
 * What `SignTranslator` and `PseudoGlossReader` take of a video. Throws ERR_USAGE for a model that reads no pictures, ERR_DATA for what cannot be decoded,
 * ERR_CONFIG where nothing decodes videos here, and the signal's reason.
 *
 * @example
 * const [sentence] = await translator.translate([await seeVideo('clip.mp4', model)])
 */
export async function seeVideo(
  path: string,
  model: VideoModel,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<SeenVideo> {
  const config = 'signs' in model.config ? model.config.signs : model.config
  if (!config.images)
    throw new SignError(
      'ERR_USAGE',
      path,
      'wanted a model that reads pictures, got one of poses',
      'Name a model that was trained with input: video',
    )
  const store = new PictureStore(config.images.imageSize[0], KEPT_BYTES)
  const source = videoFile(path)
  const { frames: all, fps: told = UNTOLD_RATE } = await store.count(source, signal)
  const stride = Math.max(1, Math.round(told / model.fps))
  const fps = told / stride
  const taken = Math.ceil(all / stride)
  const notes = [
    ...(Math.abs(fps - model.fps) > 0.2 * model.fps
      ? [`the model was trained at ${rounded(model.fps)} frames a second, this gives ${rounded(fps)}`]
      : []),
    ...(taken > config.maxFrames ? [`of ${taken} frames a random ${config.maxFrames} are taken, all that the model reads`] : []),
  ]
  const [seen] = await seenVideos(model, config, [{ name: path, source, all, stride }], { store, signal })
  const { values, frames } = seen!
  return { values, frames, fps, notes }
}

const rounded = (rate: number): number => Math.round(100 * rate) / 100
