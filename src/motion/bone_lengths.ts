// How long the bones of a motion are, frame by frame: what a rig is built with, and the first sign of a badly detected clip.

import type { Motion } from './clip.js'
import { bones, COORDS } from './skeleton.js'

/** The length of each of the 49 bones in every frame: [49, frames]. */
export function boneLengths({ joints, frames }: Pick<Motion, 'joints' | 'frames'>): Float64Array[] {
  return bones.map(({ parent, child }) =>
    Float64Array.from({ length: frames }, (_, frame) => {
      const [a, b] = [frame * COORDS + parent * 3, frame * COORDS + child * 3]
      return Math.hypot(joints[a]! - joints[b]!, joints[a + 1]! - joints[b + 1]!, joints[a + 2]! - joints[b + 2]!)
    }),
  )
}

/** The middle length of each of the 49 bones over all frames; the lower of two middles. */
export function medianBoneLengths(motion: Pick<Motion, 'joints' | 'frames'>): Float64Array {
  return Float64Array.from(boneLengths(motion), (lengths) => lengths.sort()[(motion.frames - 1) >> 1]!)
}

/** Standard deviation over mean of each of the 49 bones' lengths: 0 where it never stretches, NaN where it has no length. */
export function boneLengthSpread(motion: Pick<Motion, 'joints' | 'frames'>): Float64Array {
  return Float64Array.from(boneLengths(motion), (lengths) => {
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    const variance = lengths.reduce((sum, length) => sum + (length - mean) ** 2, 0) / lengths.length
    return mean > 0 ? Math.sqrt(variance) / mean : Number.NaN
  })
}
