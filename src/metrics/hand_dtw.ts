// How far two motions are apart in their hands alone. In the DTW of whole bodies a wrist that is off moves all 21 joints of its hand with it, and what the
// fingers do is lost among the arms.

import { type Arm, arms, COORDS } from '../motion/skeleton.js'
import { align, type Frames, type Series, series } from './dtw.js'
import { STILL, travelled } from './motion.js'

/** Joints of a hand beside its root, and their coordinates. */
const FINGER_JOINTS = 20
const NUMBERS = FINGER_JOINTS * 3

/**
 * Root of the mean variance over time of a hand's joints relative to its root, in normalised units (about 5 mm on a person): up to this its fingers are at rest.
 * Real hands that sign have 0.006 to 0.065, arms that hang down 0.
 */
export const RESTING_FINGERS = 0.005

/**
 * The arms whose hand signs: its wrist travels, or its fingers move against it. In a clip of one-handed signs the other hand is the same in every frame: counted,
 * it would halve the score of a model that only has to repeat it, and hide what the signing hand does wrong.
 */
export function signingArms(motion: Frames): readonly Arm[] {
  return arms.filter((arm) => travelled(motion, arm.wrist) > STILL || deviation(fingers(motion, [arm])) > RESTING_FINGERS)
}

/**
 * DTW of the hands that sign in the reference, each relative to its own root: both on one path, frames compared by the L1 sum over the 60 coordinates of each,
 * divided by the reference's frames and by the number of these hands. NaN where none signs. Throws ERR_DATA for a motion without frames.
 */
export function handDtw(reference: Frames, hypothesis: Frames): number {
  for (const [side, motion] of Object.entries({ reference, hypothesis })) series(side, motion)
  const signing = signingArms(reference)
  if (signing.length === 0) return Number.NaN
  const { cost } = align(fingers(reference, signing), fingers(hypothesis, signing), NUMBERS * signing.length, 'l1')
  return cost / (reference.frames * signing.length)
}

/** Rows of 60 coordinates an arm: the joints of its hand, its root taken as 0. */
function fingers({ joints, frames }: Frames, of: readonly Arm[]): Series {
  const values = new Float64Array(frames * of.length * NUMBERS)
  let to = 0
  for (let i = 0; i < frames; i++)
    for (const { hand } of of) {
      const root = i * COORDS + hand * 3
      for (let k = 0; k < NUMBERS; k++) values[to++] = joints[root + 3 + k]! - joints[root + (k % 3)]!
    }
  return { values, length: frames }
}

function deviation({ values, length }: Series): number {
  let variance = 0
  for (let k = 0; k < NUMBERS; k++) {
    let [sum, squares] = [0, 0]
    for (let i = 0; i < length; i++) sum += values[i * NUMBERS + k]!
    for (let i = 0; i < length; i++) squares += (values[i * NUMBERS + k]! - sum / length) ** 2
    variance += squares / length
  }
  return Math.sqrt(variance / NUMBERS)
}
