// Frames of videos, decoded when they are needed and kept while there is room, so that a small corpus is decoded once.

import { SignError } from '../base/errors.js'
import { type Picture, reduced } from './reduced.js'
import type { PictureSource } from './source.js'

/** What is known of a video once it was read to its end. */
export interface VideoCount {
  readonly frames: number
  /** Of the largest frame, reduced: width · height. */
  readonly pixels: number
  readonly fps: number | undefined
}

export class PictureStore {
  /** Pixels a side that frames are reduced to, at least. */
  readonly size: number
  #room: number
  readonly #kept = new Map<PictureSource, readonly Picture[]>()

  /**
   * @param size pixels a side that an image encoder sees: larger frames are reduced
   * @param bytes of frames that are kept
   */
  constructor(size: number, bytes: number) {
    this.size = size
    this.#room = bytes
  }

  /** Reads a video to its end, and keeps its frames if there is room. Throws as the source. */
  async count(source: PictureSource, signal?: AbortSignal): Promise<VideoCount> {
    await using video = await source.open(signal)
    const { fps } = video
    let kept: Picture[] | undefined = []
    let [frames, pixels, bytes] = [0, 0, 0]
    for await (const frame of video) {
      const picture = reduced(frame, this.size)
      frames++
      pixels = Math.max(pixels, picture.width * picture.height)
      bytes += picture.rgba.length
      if (bytes > this.#room) kept = undefined
      // A frame may be a view of memory that is written again, or of more than is to be kept.
      kept?.push({ ...picture, rgba: picture.rgba.slice() })
    }
    if (kept && !this.#kept.has(source)) {
      this.#kept.set(source, kept)
      this.#room -= bytes
    }
    return { frames, pixels, fps }
  }

  /** The frames of these places in a video, in order. Throws as the source, and ERR_DATA where the video has fewer frames than were counted. */
  async take(source: PictureSource, places: readonly number[], signal?: AbortSignal): Promise<Picture[]> {
    const kept = this.#kept.get(source)
    if (kept)
      return complete(
        source,
        places,
        places.flatMap((place) => kept[place] ?? []),
        kept.length,
      )
    const wanted = new Set(places)
    const last = Math.max(...places)
    const taken: Picture[] = []
    await using video = await source.open(signal)
    let at = 0
    for await (const frame of video) {
      if (wanted.has(at)) {
        const picture = reduced(frame, this.size)
        taken.push({ ...picture, rgba: picture.rgba.slice() })
      }
      if (at++ === last) break
    }
    return complete(source, places, taken, at)
  }
}

/** Throws ERR_DATA for frames that were counted and are not there. */
function complete(source: PictureSource, places: readonly number[], taken: Picture[], frames: number): Picture[] {
  if (taken.length === places.length) return taken
  const problem = `wanted ${Math.max(...places) + 1} frames, as many as it was counted to have, got ${frames}`
  throw new SignError(
    'ERR_DATA',
    source.name,
    problem,
    'Delete what cache.folder keeps of it, and check that the video is not being written',
  )
}
