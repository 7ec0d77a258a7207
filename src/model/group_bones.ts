// What a group remembers of its training clips' bones: how long they are, and whether they stay so.

import { boneLengthSpread, medianBoneLengths } from '../motion/bone_lengths.js'
import type { Motion } from '../motion/clip.js'
import { bones } from '../motion/skeleton.js'

export interface GroupBones {
  /** The length of each of the 49 bones, in the units of the data: the median over the clips of each clip's median. */
  readonly lengths: Float32Array
  /** Standard deviation of a bone's length within a clip over its mean there, mean over bones and clips; 0 for bones that never stretch. */
  readonly spread: number
}

/** Measures the bones of clips; at least one clip. */
export function measureBones(clips: readonly Pick<Motion, 'joints' | 'frames'>[]): GroupBones {
  const medians = clips.map(medianBoneLengths)
  const lengths = Float32Array.from(bones, (_, bone) => median(medians.map((clip) => clip[bone]!)))
  // A bone of no length has no spread.
  const spreads = clips.flatMap((clip) => [...boneLengthSpread(clip)].filter((spread) => !Number.isNaN(spread)))
  return { lengths, spread: spreads.reduce((sum, spread) => sum + spread, 0) / Math.max(1, spreads.length) }
}

/** The lower of two middles. */
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[(numbers.length - 1) >> 1]!
