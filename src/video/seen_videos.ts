// Videos as an image encoder sees them now: a row of features a frame, which is what models of video read where the encoder is not trained with them.

import { telling, type Watched } from '../base/progress.js'
import { Random } from '../base/random.js'
import type { Gpu } from '../device/gpu.js'
import type { SeenSigns } from '../model/sign_sizes.js'
import { featuresOf } from '../nn/image_encoder_config.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { cachedFeatures, hashOfWeights } from './feature_cache.js'
import { chosenFrames } from './frame_choice.js'
import { PictureFeatures } from './picture_features.js'
import type { PictureStore } from './picture_store.js'
import type { PictureSource } from './source.js'

/** What sees: a model of video. */
export interface SeeingModel {
  readonly gpu: Gpu
  readonly weights: ParameterSet
}

/** A video of which it is known how many frames it has. */
export interface CountedVideo {
  readonly name: string
  readonly source: PictureSource
  readonly all: number
  /** One frame of so many is taken. */
  readonly stride: number
}

export interface SeeingOptions extends Watched {
  /** What is told of it as it goes on. */
  readonly work?: string | undefined
  readonly store: PictureStore
  /** Where features are kept of an encoder that does not change. */
  readonly cache?: string | null
  readonly signal?: AbortSignal | undefined
}

/** The frames of a video that are looked at outside training: one of its stride, and of more than `most` a random part that is the same each time. */
export const seenFrames = ({ name, all, stride }: CountedVideo, most: number): number[] =>
  chosenFrames(all, { stride, start: 0, end: 0, most }, Random.for(0, 'frames', name))

/** Videos with what is seen in their frames: [frames, numbers]. Throws as their sources, ERR_OUTPUT where features cannot be kept. */
export async function seenVideos<V extends CountedVideo>(
  { gpu, weights }: SeeingModel,
  { images, maxFrames }: Pick<SeenSigns, 'images' | 'maxFrames'>,
  videos: readonly V[],
  { store, cache = null, work = 'videos seen', onProgress, signal }: SeeingOptions,
): Promise<(V & { readonly values: Float32Array; readonly frames: number })[]> {
  await using features = new PictureFeatures(gpu, weights, images!)
  const encoder = cache === null ? '' : await markOf(weights, images!)
  const seen = []
  const tell = telling(onProgress, { work, unit: 'clip', all: videos.length, speedOf: 'frame' })
  for (const video of videos) {
    signal?.throwIfAborted()
    const places = seenFrames(video, maxFrames)
    const read = async () => ({
      width: featuresOf(images!),
      data: await features.read(await store.take(video.source, places, signal)),
    })
    const source = async () => ({ encoder, file: await video.source.mark(), frames: `${store.size}: ${places.join(' ')}` })
    const { data } = cache === null ? await read() : await cachedFeatures(cache, await source(), read)
    seen.push({ ...video, values: data, frames: places.length })
    tell(seen.length, places.length)
  }
  return seen
}

async function markOf(weights: ParameterSet, images: object): Promise<string> {
  const tensors = [...(await weights.save())].filter(([name]) => name.startsWith('image/'))
  return hashOfWeights(new Map(tensors), images)
}
