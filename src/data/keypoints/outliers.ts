// Takes out joints that jump: a detector that mistakes a cuff for a hand does so for a frame or two, and lifting would follow it.
//
// The rule is Hampel's identifier (Hampel 1974, "The influence curve and its role in robust estimation") on the plane. Within three frames on both sides, by time
// index, the sightings of a joint have a median position m and a median distance s from it. A sighting further from m than 3 · 1.4826 · s (three standard
// deviations of a normal distribution) and than half the clip's median shoulder distance is an outlier. So noise is let be however regular the rest is, a fast hand
// widens its own bounds, and up to three wrong frames in a row are found between right ones. With fewer than 3 sightings there is nothing to compare with.

import { SignError } from '../../base/errors.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { JOINTS, joint } from '../../motion/skeleton.js'

const FRAME = JOINTS * KEYPOINT
const REACH = 3
const DEVIATIONS = 3 * 1.4826
const FEWEST = 3

export interface OutlierOptions {
  /** Distance, in the clip's median shoulder distance, up to which nothing is an outlier. Default 0.5. */
  readonly tolerance?: number
}

export interface Outliers {
  /** The clip with 0, 0, 0 in place of outliers. */
  readonly clip: KeypointClip
  /** `[50]`: how many sightings of each joint were taken out. */
  readonly byJoint: Uint32Array
}

/** Takes outliers out by the rule above. Throws ERR_DATA naming the clip where both shoulders are never seen in one frame. */
export function rejectOutliers(clip: KeypointClip, options: OutlierOptions = {}): Outliers {
  const { frames, frameIndex, keypoints } = clip
  const floor = (options.tolerance ?? 0.5) * shoulderDistance(clip)
  const out = keypoints.slice()
  const byJoint = new Uint32Array(JOINTS)
  for (let t = 0, first = 0, end = 0; t < frames; t++) {
    while (frameIndex[first]! < frameIndex[t]! - REACH) first += 1
    while (end < frames && frameIndex[end]! <= frameIndex[t]! + REACH) end += 1
    for (let j = 0; j < JOINTS; j++) {
      const at = t * FRAME + j * KEYPOINT
      if (!(keypoints[at + 2]! > 0) || !isOutlier(keypoints, at, first, end, floor)) continue
      out.fill(0, at, at + KEYPOINT)
      byJoint[j] = byJoint[j]! + 1
    }
  }
  return { clip: { ...clip, keypoints: out }, byJoint }
}

/** Whether the sighting at `at` is far from those of the same joint in frames `first` to `end`, which is not included. */
function isOutlier(keypoints: Float32Array, at: number, first: number, end: number, floor: number): boolean {
  const x: number[] = []
  const y: number[] = []
  for (let near = first * FRAME + (at % FRAME); near < end * FRAME; near += FRAME) {
    if (!(keypoints[near + 2]! > 0)) continue
    x.push(keypoints[near]!)
    y.push(keypoints[near + 1]!)
  }
  if (x.length < FEWEST) return false
  const [mx, my] = [median(x.slice()), median(y.slice())]
  const distance = Math.hypot(keypoints[at]! - mx, keypoints[at + 1]! - my)
  // Most joints are near: only the others pay for a second sorting.
  if (distance <= floor) return false
  return distance > DEVIATIONS * median(x.map((value, i) => Math.hypot(value - mx, y[i]! - my)))
}

/** Median over the frames in which both shoulders are seen, in pixels. */
function shoulderDistance({ keypoints, frames, name }: KeypointClip): number {
  const distances: number[] = []
  for (let t = 0; t < frames; t++) {
    const [right, left] = [t * FRAME + joint.rightShoulder * KEYPOINT, t * FRAME + joint.leftShoulder * KEYPOINT]
    if (!(keypoints[right + 2]! > 0 && keypoints[left + 2]! > 0)) continue
    distances.push(Math.hypot(keypoints[right]! - keypoints[left]!, keypoints[right + 1]! - keypoints[left + 1]!))
  }
  if (distances.length > 0) return median(distances)
  throw new SignError(
    'ERR_DATA',
    name,
    `wanted both shoulders in at least one frame, got none in ${frames}`,
    'Drop the clip: its signer was not found',
  )
}

/** Sorts `values`. */
function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const half = values.length >> 1
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2
}
