// What the motions themselves are like, beside those of the signers: what a judge cannot see, and what gives away how it was pleased.

import type { ScoredPart } from '../metrics/body_parts.js'
import { frechetDistance } from '../metrics/frechet.js'
import { trainingDistanceOf } from '../metrics/motion_scores.js'
import { scoreSet } from '../metrics/motion_set.js'
import type { NearestTraining } from '../metrics/nearest_training.js'
import type { PartScores } from '../metrics/set_scores.js'
import type { Clip, Motion } from '../motion/clip.js'

/** Scores of the motions of one system, as `signllm score --motion` counts them; null where no clip allows one. */
export interface MotionReport {
  /** Mean joint distance on the aligned paths of all clips, in normalised units. */
  readonly dtwMje: number | null
  /** Mean joint distance of aligned frames, in shoulder widths. */
  readonly normalisedDtw: number | null
  /** The same of each part: arms and hands of the 50 joints, else the parts that the layout has. */
  readonly parts: Readonly<Partial<Record<ScoredPart, number | null>>>
  /** DTW of the hands that sign in the references, relative to their wrists, in normalised units a hand; see `handDtw`. */
  readonly handDtw: number | null
  /** Progressive Transformers' own. */
  readonly progressiveDtw: number | null
  /** Path length of the wrists, a ratio of means over clips. */
  readonly totalDistance: number | null
  /** Path length of the wrists, the mean of the clips' ratios. */
  readonly wristPathRatio: number | null
  readonly durationRatio: number | null
  readonly poseStdRatio: number | null
  /** Standard deviation of bone lengths over time, relative to their means: 0 for a rigid skeleton. */
  readonly boneSpread: BoneSpreadReport
  /** How nearly motions come back to what they did before, 0 to 1; null where all stand still. */
  readonly repetition: number | null
  /** Null without training clips. */
  readonly nearestTraining: NearestTrainingReport | null
  /** Fréchet distance of the first judge's features from those of the ground truth; null of a single clip. */
  readonly frechet: number | null
}

export interface BoneSpreadReport {
  readonly mean: number | null
  readonly parts: Readonly<Partial<Record<ScoredPart, number | null>>>
  readonly worst: { readonly clip: string; readonly bone: string; readonly spread: number } | null
}

export interface NearestTrainingReport {
  /** Mean distance to the nearest training clip, in shoulder widths. */
  readonly mean: number
  /** Clips so near to a training clip that they are copies of it. */
  readonly copied: number
}

export interface MotionReportInput {
  readonly references: readonly Clip[]
  readonly motions: readonly Motion[]
  /** The nearest training clip of each motion; empty without training clips. */
  readonly nearest: ReadonlyMap<Motion, NearestTraining>
  readonly features: ReadonlyMap<Motion, Float32Array>
}

/** Scores the motions of one system. */
export function motionReport({ references, motions, nearest, features }: MotionReportInput): MotionReport {
  const { boneSpread, ...scores } = scoreSet(motions, references, 'exact')
  const byPart = (of: (part: PartScores) => number) =>
    Object.fromEntries(Object.entries(scores.parts).map(([part, own]) => [part, finite(of(own))]))
  const { mean, copied } = trainingDistanceOf(motions.flatMap((motion) => nearest.get(motion) ?? []))
  return {
    dtwMje: finite(scores.dtwMje),
    normalisedDtw: finite(scores.normalisedDtw),
    parts: byPart(({ normalisedDtw }) => normalisedDtw),
    handDtw: finite(scores.handDtw),
    progressiveDtw: finite(scores.progressiveDtw),
    totalDistance: finite(scores.totalDistance),
    wristPathRatio: finite(scores.wristPathRatio),
    durationRatio: finite(scores.durationRatio),
    poseStdRatio: finite(scores.poseStdRatio),
    boneSpread: {
      mean: finite(boneSpread.mean),
      parts: byPart(({ boneSpread }) => boneSpread),
      worst: boneSpread.worst ?? null,
    },
    repetition: finite(scores.repetition),
    nearestTraining: nearest.size > 0 ? { mean, copied } : null,
    frechet: featureDistance(motions, references, features),
  }
}

/** JSON has no NaN. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function featureDistance(
  motions: readonly Motion[],
  references: readonly Motion[],
  features: MotionReportInput['features'],
): number | null {
  if (motions.length < 2) return null
  // The ground truth under other texts is the same set: eigenvalues of large matrices take seconds, and would say 0 but for their rounding.
  if (new Set([...motions, ...references]).size === references.length && new Set(motions).size === references.length) return 0
  return frechetDistance(featureSet(motions, features), featureSet(references, features))
}

function featureSet(motions: readonly Motion[], features: MotionReportInput['features']) {
  const dimension = features.get(motions[0]!)!.length
  const values = new Float32Array(motions.length * dimension)
  for (const [i, motion] of motions.entries()) values.set(features.get(motion)!, i * dimension)
  return { values, count: motions.length, dimension }
}
