// Whether a motion goes in circles: decoders that lose their place sign the same thing again and again, which DTW hardly punishes.

import { COORDS } from '../motion/skeleton.js'
import type { Frames } from './dtw.js'

/**
 * How nearly a motion comes back to what it did before: 1 − min D(lag) / 2V, at least 0, where D(lag) is the mean squared distance of frames `lag` apart, V the variance over
 * time, and 2V what frames that know nothing of each other have. Lags go up to half the clip, from the first at which D reaches 2V on: what is near in time is alike
 * without repeating. 1 for an exact loop, 0 for what never comes back, NaN for a motion that stands still. O(frames²) time.
 */
export function repetition({ joints, frames }: Frames): number {
  const unrelated = 2 * variance(joints, frames)
  if (!(unrelated > STILL)) return Number.NaN
  let [gone, nearest] = [false, unrelated]
  for (let lag = 1; lag <= frames / 2; lag++) {
    const distance = squaredDistance(joints, frames, lag)
    gone ||= distance >= unrelated
    if (gone) nearest = Math.min(nearest, distance)
  }
  return 1 - nearest / unrelated
}

/** Squared normalised units, over all coordinates: rounding of files is below, and everything that a person can see above. */
const STILL = 1e-8

/** Sum over coordinates of the variance over time. */
function variance(joints: Float32Array, frames: number): number {
  let sum = 0
  for (let k = 0; k < COORDS; k++) {
    let mean = 0
    for (let i = 0; i < frames; i++) mean += joints[i * COORDS + k]! / frames
    for (let i = 0; i < frames; i++) sum += (joints[i * COORDS + k]! - mean) ** 2 / frames
  }
  return sum
}

/** Mean, over frames, of the squared distance to the frame `lag` later. */
function squaredDistance(joints: Float32Array, frames: number, lag: number): number {
  let sum = 0
  const offset = lag * COORDS
  for (let at = 0; at + offset < frames * COORDS; at++) {
    const gap = joints[at + offset]! - joints[at]!
    sum += gap * gap
  }
  return sum / (frames - lag)
}
