// Frames of videos, decoded when they are needed and kept while there is room, so that a small corpus is decoded once.

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

  /** The frames of these places in a video, in order. Throws as the source; where it has fewer frames, those it has are given. */
  async take(source: PictureSource, places: readonly number[], signal?: AbortSignal): Promise<Picture[]> {
    const kept = this.#kept.get(source)
    if (kept) return places.flatMap((place) => kept[place] ?? [])
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
    return taken
  }
}
