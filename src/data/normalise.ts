// Brings a motion of any origin to the one scale everything else works in: neck at 0, shoulders 1/3 apart in the image plane.
// Without it a distance between two clips would measure the cameras rather than the signing.

import { counted } from '../base/counted.js'
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

/**
 * Shoulders closer together, or further apart, than these shares of the clip's median say that the signer stands sideways or was mis-detected: dividing by them
 * would explode the frame, or shrink it to nothing.
 */
const PLAUSIBLE = { least: 0.5, most: 2 }
export const isPlausible = (width: number, median: number): boolean => width >= PLAUSIBLE.least * median && width <= PLAUSIBLE.most * median

/**
 * Normalises `joints` [frames, 150] into a new array: the neck is subtracted in every frame and the 2D distance between joints 2 and 5 becomes 1/3.
 * A frame whose shoulders are less than half as far apart as the clip's median, or more than twice as far, is divided by that median, and its shoulders alone
 * are put 1/3 apart. Throws ERR_DATA for NaN or infinity, an empty motion, or shoulders that coincide throughout.
 */
export function normalise(joints: Float32Array, frames: number, options: NormaliseOptions = {}): Float32Array {
  const { by = 'frame', who = 'motion' } = options
  if (frames < 1 || joints.length !== frames * COORDS) {
    const problem = `wanted ${COORDS} numbers in each of at least 1 frame, got ${counted(joints.length, 'number')} in ${counted(frames, 'frame')}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip')
  }
  checkFinite(joints, who)
  const { widths, median } = shoulderWidths(joints, frames)
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
    const width = by === 'frame' && isPlausible(widths[t]!, median) ? widths[t]! : median
    const neck = t * COORDS + joint.neck * 3
    for (let i = 0; i < COORDS; i++) out[t * COORDS + i] = (joints[t * COORDS + i]! - joints[neck + (i % 3)]!) / (3 * width)
  }
  if (by === 'frame') shouldersApart(out, frames)
  return out
}

/**
 * Moves the shoulders of `joints` [frames, 150], in place, along their line in the image plane until they are exactly 1/3 apart; nothing else moves. The line is
 * the clip's median one where those of a frame are less than half or more than twice as far apart as that.
 */
export function shouldersApart(joints: Float32Array, frames: number): void {
  const [right, left] = [joint.rightShoulder * 3, joint.leftShoulder * 3]
  const times = Array.from({ length: frames }, (_, t) => t)
  const middle = (of: (t: number) => number): number => Float64Array.from(times, of).sort()[frames >> 1]!
  const along = (t: number, axis: number): number => joints[t * COORDS + left + axis]! - joints[t * COORDS + right + axis]!
  const median = middle((t) => shoulderWidth(joints, t))
  const usual = [middle((t) => along(t, 0)), middle((t) => along(t, 1))] as const
  for (const t of times) {
    const width = shoulderWidth(joints, t)
    // What is right but for rounding stays as it is.
    if (Math.abs(width - 1 / 3) < 1e-6) continue
    const own = isPlausible(width, median)
    const [x, y] = own ? [along(t, 0), along(t, 1)] : usual
    const length = Math.hypot(x, y)
    const half = length > 0 ? [x / length / 6, y / length / 6] : [1 / 6, 0]
    for (const [axis, step] of half.entries()) {
      const centre = own ? (joints[t * COORDS + right + axis]! + joints[t * COORDS + left + axis]!) / 2 : 0
      joints[t * COORDS + right + axis] = centre - step
      joints[t * COORDS + left + axis] = centre + step
    }
  }
}

/** The distance of the shoulders in every frame of `joints` [frames, 150], and the median of these. */
export function shoulderWidths(joints: Float32Array, frames: number): { readonly widths: Float64Array; readonly median: number } {
  const widths = Float64Array.from({ length: frames }, (_, t) => shoulderWidth(joints, t))
  return { widths, median: widths.slice().sort()[frames >> 1]! }
}

/** The distance of the shoulders in the image plane in frame `t` of `joints` [frames, 150]. */
export function shoulderWidth(joints: Float32Array, t: number): number {
  const right = t * COORDS + joint.rightShoulder * 3
  const left = t * COORDS + joint.leftShoulder * 3
  return Math.hypot(joints[right]! - joints[left]!, joints[right + 1]! - joints[left + 1]!)
}
