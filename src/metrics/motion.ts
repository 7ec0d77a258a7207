// How much a motion moves, beside its reference: what DTW is blind to. Every ratio is best at 1; below 1 the model moves too little or too briefly.

import { boneLengthSpread } from '../motion/bone_lengths.js'
import type { Motion } from '../motion/clip.js'
import { COORDS, JOINTS, joint } from '../motion/skeleton.js'
import { allJoints } from './body_parts.js'
import type { Frames } from './dtw.js'
import { pathLength } from './path_length.js'

/** Normalised shoulders are 1/3 apart: so many shoulder widths is a coordinate's unit. */
export const SHOULDER_WIDTHS = 3

/** A wrist path shorter than this, in normalised units (about 2 cm on a person), is a hand at rest. */
export const STILL = 0.02

/**
 * Path length of the wrists, hypothesis over reference, averaged over the hands that move in the reference. NaN where none does.
 * Measured at the body's wrists (joints 4 and 7): every corpus has them in every frame, while hand roots flicker where hand detection failed.
 */
export function wristPathRatio(reference: Frames, hypothesis: Frames): number {
  const ratios = [joint.rightWrist, joint.leftWrist]
    .map((wrist) => ({ wanted: travelled(reference, wrist), got: travelled(hypothesis, wrist) }))
    .filter(({ wanted }) => wanted > STILL)
    .map(({ wanted, got }) => got / wanted)
  return mean(ratios)
}

/** Duration in seconds, hypothesis over reference. */
export function durationRatio(reference: Pick<Motion, 'frames' | 'fps'>, hypothesis: Pick<Motion, 'frames' | 'fps'>): number {
  return hypothesis.frames / hypothesis.fps / (reference.frames / reference.fps)
}

/** Standard deviation of the pose over time, hypothesis over reference: 0 for a still pose, whatever its length. NaN for a still reference. */
export function poseStdRatio(reference: Frames, hypothesis: Frames): number {
  const wanted = poseStd(reference)
  return wanted > 0 ? poseStd(hypothesis) / wanted : Number.NaN
}

/**
 * How much the bones of a motion stretch: the mean, over the 49 bones, of each length's standard deviation over time relative to its mean.
 * 0 for a rigid skeleton; lifted real data shows 0.01 to 0.03. Bones of no length are left out.
 */
export function boneLengthDeviation(motion: Frames): number {
  return meanOfNumbers([...boneLengthSpread(motion)])
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The mean of the values that are numbers; NaN where none is. */
export const meanOfNumbers = (values: readonly number[]): number => mean(values.filter((value) => !Number.isNaN(value)))

/** Path length of a joint, in the unit of the coordinates. */
export const travelled = ({ joints, frames }: Frames, index: number): number =>
  pathLength({ values: joints, length: frames }, JOINTS, index)

/** Root of the variance over time, averaged over all coordinates of `joints`, in the unit of the coordinates: 0 for a still pose. */
export function poseStd({ joints, frames }: Frames, of: readonly number[] = allJoints): number {
  let variance = 0
  for (const index of of) {
    for (let k = index * 3; k < index * 3 + 3; k++) {
      let [sum, squares] = [0, 0]
      for (let i = 0; i < frames; i++) sum += joints[i * COORDS + k]!
      for (let i = 0; i < frames; i++) squares += (joints[i * COORDS + k]! - sum / frames) ** 2
      variance += squares / frames
    }
  }
  return Math.sqrt(variance / (of.length * 3))
}

/** Mean speed of `joints`, in shoulder widths a second; NaN of a single frame. */
export function speed(motion: Pick<Motion, 'joints' | 'frames' | 'fps'>, of: readonly number[] = allJoints): number {
  const paths = of.map((index) => travelled(motion, index))
  return (mean(paths) / (motion.frames - 1)) * motion.fps * SHOULDER_WIDTHS
}
