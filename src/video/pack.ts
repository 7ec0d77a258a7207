// Frames as the kernel frame_augment reads them.

import { SignError } from '../base/errors.js'
import { TRANSFORM } from '../kernels/frame_augment.js'

/** What is uploaded for one pass. */
export interface PackedFrames {
  /** RGBA, a word a pixel. */
  readonly pixels: Uint32Array
  /** First pixel, width, height and nothing, for each frame; zeros where there is none. */
  readonly places: Uint32Array
  readonly transforms: Float32Array
  /** As large as can be for each frame; 0 where there is none. */
  readonly there: Uint32Array
}

export interface DrawnFrame {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
  /** From `frameTransform`. */
  readonly transform: Float32Array
}

const ALL = 2 ** 32 - 1

/**
 * Packs frames of any sizes for a pass that is recorded for `count` frames of `capacity` pixels in all; places behind the last are of no frame. Throws
 * ERR_DATA for frames that do not fit.
 */
export function packFrames(frames: readonly DrawnFrame[], count: number, capacity: number, who: string): PackedFrames {
  const pixels = new Uint32Array(capacity)
  const places = new Uint32Array(4 * count)
  const transforms = new Float32Array(TRANSFORM * count)
  const needed = frames.reduce((sum, { width, height }) => sum + width * height, 0)
  if (frames.length > count || needed > capacity) {
    const problem = `wanted up to ${count} frames of ${capacity} pixels in all, got ${frames.length} of ${needed}`
    throw new SignError('ERR_DATA', who, problem, 'Take fewer frames at once, or smaller ones')
  }
  const there = new Uint32Array(count).fill(ALL, 0, frames.length)
  const bytes = new Uint8Array(pixels.buffer)
  let first = 0
  frames.forEach(({ width, height, rgba, transform }, i) => {
    bytes.set(rgba, 4 * first)
    places.set([first, width, height], 4 * i)
    transforms.set(transform, TRANSFORM * i)
    first += width * height
  })
  return { pixels, places, transforms, there }
}
