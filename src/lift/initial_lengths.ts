// How long each bone is before anything is known of depth. On the host: a median sorts, once a clip and in about a millisecond, where a kernel would
// need a sort of its own; everything that comes after it is a sum, and runs on the GPU.

import { KEYPOINT, seenJoints } from '../motion/keypoints.js'
import { bones, JOINTS } from '../motion/skeleton.js'

/** Length ids. */
export const LENGTHS = 25
/** A bone of length 0 has no logarithm. */
const SHORTEST = 1e-6

/** By length id, shoulders 1/3 apart: what a bone that is seen on neither side is taken to be, scaled by those that are seen. */
const usual: readonly number[] = [
  ...[0.206, 0.167, 0.306, 0.25, 0.03],
  ...[0.035, 0.03, 0.025, 0.02],
  ...[0.075, 0.035, 0.022, 0.018],
  ...[0.073, 0.04, 0.025, 0.02],
  ...[0.07, 0.036, 0.024, 0.02],
  ...[0.067, 0.028, 0.018, 0.016],
]

/**
 * The lower median of each length id in the picture, over all frames and those of both mirrored bones whose two joints are seen in the clip, at least
 * 1e-6. Where a joint is seen now and then, its filled places count, as published; one that is never seen stands at 0, 0, which says nothing of any length.
 * An id seen on neither side gets its usual length. keypoints: [frames, 50, 3]. Returns [25].
 */
export function initialLengths(keypoints: Float32Array, frames: number): Float64Array {
  const seen = seenJoints(keypoints, frames)
  const distances = Array.from({ length: LENGTHS }, (): number[] => [])
  for (const { parent, child, length } of bones) {
    if (!seen[parent] || !seen[child]) continue
    for (let t = 0; t < frames; t++) {
      const [from, to] = [(t * JOINTS + parent) * KEYPOINT, (t * JOINTS + child) * KEYPOINT]
      distances[length]!.push(Math.hypot(keypoints[to]! - keypoints[from]!, keypoints[to + 1]! - keypoints[from + 1]!))
    }
  }
  const known = distances.map((some) => (some.length > 0 ? lowerMedian(some) : undefined))
  return withUsual(known).map((length) => Math.max(length, SHORTEST))
}

/** Lengths by id in which those not known are the usual ones, scaled as the middle one of those that are. */
export function withUsual(known: readonly (number | undefined)[]): Float64Array {
  const ratios = known.flatMap((length, id) => (length === undefined ? [] : [length / usual[id]!]))
  const scale = ratios.length > 0 ? lowerMedian(ratios) : 0
  return Float64Array.from(known, (length, id) => length ?? scale * usual[id]!)
}

/** Which length ids no bone shows whose two joints are seen. */
export function unseenLengths(keypoints: Float32Array, frames: number): boolean[] {
  const seen = seenJoints(keypoints, frames)
  const out = Array.from({ length: LENGTHS }, () => true)
  for (const { parent, child, length } of bones) if (seen[parent] && seen[child]) out[length] = false
  return out
}

function lowerMedian(values: readonly number[]): number {
  return Float64Array.from(values).sort()[(values.length - 1) >> 1]!
}
