// Brings a motion of any origin to the one scale everything else works in: neck at 0, shoulders 1/3 apart in the image plane.
// Without it a distance between two clips would measure the cameras rather than the signing.

import { SignError } from '../base/errors.js'
import { checkFinite } from '../motion/check.js'
import { COORDS, joint } from '../motion/skeleton.js'

export interface NormaliseOptions {
  /**
   * What the shoulder distance is taken over. `frame` (default) is what the published PHOENIX14T skeletons have: exactly 1/3 in every frame.
   * `clip` divides by the clip's median instead: a turn of the trunk then stays visible, and noise in the shoulders does not shake the hands.
   */
  readonly by?: 'frame' | 'clip'
  /** Who is named in errors, e.g. `train.skels:3`. */
  readonly who?: string
}

/** Shoulders closer than this share of the clip's median say that the signer stands sideways or was mis-detected: dividing by them would explode the frame. */
const NARROW = 0.05

/**
 * Normalises `joints` [frames, 150] into a new array: the neck is subtracted in every frame and the 2D distance between joints 2 and 5 becomes 1/3.
 * A frame whose shoulders nearly coincide uses the clip's median. Throws ERR_DATA for NaN or infinity, an empty motion, or shoulders that coincide throughout.
 */
export function normalise(joints: Float32Array, frames: number, options: NormaliseOptions = {}): Float32Array {
  const { by = 'frame', who = 'motion' } = options
  if (frames < 1 || joints.length !== frames * COORDS) {
    const problem = `wanted ${COORDS} numbers in each of at least 1 frame, got ${joints.length} numbers in ${frames} frames`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip')
  }
  checkFinite(joints, who)
  const widths = Float64Array.from({ length: frames }, (_, t) => shoulderWidth(joints, t))
  const median = widths.slice().sort()[frames >> 1]!
  if (!(median > 1e-6)) {
    throw new SignError(
      'ERR_DATA',
      who,
      `wanted shoulders apart in the image, got a median distance of ${median}`,
      'Drop the clip: its shoulders were not found',
    )
  }
  const out = new Float32Array(joints.length)
  for (let t = 0; t < frames; t++) {
    const width = by === 'clip' || widths[t]! < NARROW * median ? median : widths[t]!
    const neck = t * COORDS + joint.neck * 3
    for (let i = 0; i < COORDS; i++) out[t * COORDS + i] = (joints[t * COORDS + i]! - joints[neck + (i % 3)]!) / (3 * width)
  }
  return out
}

/** The distance of the shoulders in the image plane in frame `t` of `joints` [frames, 150]. */
export function shoulderWidth(joints: Float32Array, t: number): number {
  const right = t * COORDS + joint.rightShoulder * 3
  const left = t * COORDS + joint.leftShoulder * 3
  return Math.hypot(joints[right]! - joints[left]!, joints[right + 1]! - joints[left + 1]!)
}
