// How long each bone is before anything is known of depth. On the host: a median sorts, once a clip and in about a millisecond, where a kernel would
// need a sort of its own; everything that comes after it is a sum, and runs on the GPU.

import { KEYPOINT } from '../motion/keypoints.js'
import { bones, JOINTS } from '../motion/skeleton.js'

/** Length ids. */
export const LENGTHS = 25
/** A bone never seen has length 0, which has no logarithm. */
const SHORTEST = 1e-6

/**
 * The lower median of each length id in the picture, over all frames and both mirrored bones, at least 1e-6; confidences are not asked, as published.
 * keypoints: [frames, 50, 3]. Returns [25].
 */
export function initialLengths(keypoints: Float32Array, frames: number): Float64Array {
  const seen = Array.from({ length: LENGTHS }, (): number[] => [])
  for (let t = 0; t < frames; t++) {
    for (const { parent, child, length } of bones) {
      const [from, to] = [(t * JOINTS + parent) * KEYPOINT, (t * JOINTS + child) * KEYPOINT]
      seen[length]!.push(Math.hypot(keypoints[to]! - keypoints[from]!, keypoints[to + 1]! - keypoints[from + 1]!))
    }
  }
  return Float64Array.from(seen, (distances) => {
    const sorted = Float64Array.from(distances).sort()
    return Math.max(sorted[Math.floor((sorted.length - 1) / 2)]!, SHORTEST)
  })
}
