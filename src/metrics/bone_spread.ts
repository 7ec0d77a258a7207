// How much the bones of a motion stretch, by part of the body: a skeleton of a real person does not.

import { boneLengthSpread } from '../motion/bone_lengths.js'
import { bones, jointNames } from '../motion/skeleton.js'
import { partBones, type ScoredPart, type SkeletonPart, scoredParts } from './body_parts.js'
import type { Frames } from './dtw.js'
import { meanOfNumbers } from './motion.js'

export interface BoneSpread {
  /** Mean, over the bones, of each length's standard deviation over time relative to its mean; 0 for a rigid skeleton. */
  readonly mean: number
  /** The bone that stretches most, e.g. `leftElbow–leftWrist`, and how much; none where no bone has a length. */
  readonly worst: { readonly bone: string; readonly spread: number } | undefined
  readonly parts: Readonly<Partial<Record<ScoredPart, number>>>
}

/** The spread of one clip's bone lengths; bones of no length are left out, and NaN stands where none is left. */
export function boneSpread(motion: Frames): BoneSpread & { readonly parts: Readonly<Record<SkeletonPart, number>> } {
  const spreads = boneLengthSpread(motion)
  const parts = scoredParts.map((part) => [part, meanOfNumbers(partBones[part].map((bone) => spreads[bone]!))] as const)
  let worst: BoneSpread['worst']
  for (const [i, spread] of spreads.entries()) if (spread > (worst?.spread ?? Number.NEGATIVE_INFINITY)) worst = { bone: nameOf(i), spread }
  return { mean: meanOfNumbers([...spreads]), worst, parts: Object.fromEntries(parts) as Record<SkeletonPart, number> }
}

function nameOf(bone: number): string {
  const { parent, child } = bones[bone]!
  return `${jointNames[parent]}–${jointNames[child]}`
}
