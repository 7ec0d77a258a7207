// The scores of one set of motions beside its references: as a whole, by part of the body, by length, and clip by clip.

import type { Motion, NamedMotion } from '../motion/clip.js'
import { isSkeleton } from '../motion/layout/layouts.js'
import { partJoints, type SkeletonPart, scoredParts } from './body_parts.js'
import { boneSpread } from './bone_spread.js'
import { handDtw } from './hand_dtw.js'
import { scoreLayoutSet } from './layout_set.js'
import { durationRatio, mean, meanOfNumbers, poseStd, poseStdRatio, speed, wristPathRatio } from './motion.js'
import { normalisedDtw } from './normalised_dtw.js'
import { progressiveMotionDtw } from './progressive_dtw.js'
import { repetition } from './repetition.js'
import { classScores, lengthClasses, type MotionSetScores, ratio, type ScoredClip, SLOWEST, worstOf } from './set_scores.js'
import { type Aligner, slrtpScores } from './slrtp.js'

/** Scores `motions[i]` beside `references[i]`, all of one layout. Throws ERR_DATA for a motion without frames, ERR_USAGE for fastdtw of others than the 50 joints. */
export function scoreSet(motions: readonly Motion[], references: readonly NamedMotion[], align: Aligner): MotionSetScores {
  if (references.some((reference) => !isSkeleton(reference))) return scoreLayoutSet(motions, references, align)
  const slrtp = slrtpScores(
    motions.map((motion, i) => ({ hypothesis: asSeries(motion), reference: asSeries(references[i]!) })),
    { align },
  )
  const aligned = motions.map((motion, i) => normalisedDtw(references[i]!, motion))
  const clips = motions.map((motion, i): ScoredClip => {
    const reference = references[i]!
    return {
      name: reference.name,
      normalisedDtw: aligned[i]!.distance,
      handDtw: handDtw(reference, motion),
      dtwMje: slrtp.pairs[i]!.mje,
      wristPathRatio: wristPathRatio(reference, motion),
      speedRatio: speedRatio(motion, reference),
      poseStdRatio: poseStdRatio(reference, motion),
      durationRatio: durationRatio(reference, motion),
      repetition: repetition(motion),
    }
  })
  const spreads = motions.map((motion) => boneSpread(motion))
  return {
    ...classScores(clips),
    dtwMje: slrtp.dtwMje,
    progressiveDtw: mean(motions.map((motion, i) => progressiveMotionDtw(references[i]!, motion))),
    totalDistance: slrtp.totalDistance,
    boneSpread: { mean: meanOfNumbers(spreads.map((spread) => spread.mean)), worst: worstOf(spreads, references) },
    repetition: meanOfNumbers(clips.map((clip) => clip.repetition)),
    parts: byPart((part) => ({
      normalisedDtw: mean(aligned.map(({ byJoint }) => mean(partJoints[part].map((index) => byJoint[index]!)))),
      speedRatio: ratioOfMeans(motions, references, (motion) => speed(motion, partJoints[part])),
      poseStdRatio: ratioOfMeans(motions, references, (motion) => poseStd(motion, partJoints[part])),
      boneSpread: meanOfNumbers(spreads.map(({ parts }) => parts[part])),
    })),
    lengths: lengthClasses(clips, references),
    clips,
  }
}

const asSeries = ({ joints, frames }: Motion) => ({ values: joints, length: frames })

function speedRatio(motion: Motion, reference: Motion): number {
  const wanted = speed(reference)
  return wanted > SLOWEST ? speed(motion) / wanted : Number.NaN
}

function ratioOfMeans(motions: readonly Motion[], references: readonly Motion[], measure: (motion: Motion) => number): number {
  return ratio(meanOfNumbers(motions.map(measure)), meanOfNumbers(references.map(measure)))
}

function byPart<T>(of: (part: SkeletonPart) => T): Record<SkeletonPart, T> {
  return Object.fromEntries(scoredParts.map((part) => [part, of(part)])) as Record<SkeletonPart, T>
}
