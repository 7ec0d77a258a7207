// Everything that is measured of a set of generated motions beside their references, and the baselines that none of it may be printed without.

import { SignError } from '../base/errors.js'
import { checkMotion } from '../motion/check.js'
import { type Motion, type NamedMotion, NORMALISATION, sameRate } from '../motion/clip.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { heldFrame, meanFrame } from './baselines.js'
import { RESTING_FINGERS } from './hand_dtw.js'
import { STILL } from './motion.js'
import { scoreSet } from './motion_set.js'
import { COPIED, type NearestTraining, nearestTraining } from './nearest_training.js'
import type { MotionSetScores } from './set_scores.js'
import type { Aligner } from './slrtp.js'

/** What was signed, and what a system made of the same sentence. */
export interface MotionPair {
  readonly reference: NamedMotion
  readonly hypothesis: Motion
}

export interface MotionScoreOptions {
  /** What DTW-MJE aligns by; default `exact`. */
  readonly align?: Aligner
  /** The clips that the system learned from. */
  readonly train?: readonly NamedMotion[]
  /** Whether all points but those of the 50 joints were hidden, to compare motions of two layouts; signatures say it. */
  readonly jointsAlone?: boolean
}

/**
 * `still pose`: the mean of all frames of all references, held for as long as each. `another reference`: that of the next pair, real signing of another sentence.
 */
export type MotionRowName = 'hypotheses' | 'still pose' | 'another reference' | 'references'

export interface MotionRow extends MotionSetScores {
  readonly name: MotionRowName
}

/** How near a set is to the training clips. */
export interface TrainingDistance {
  /** Mean distance to the nearest training clip, in shoulder widths. */
  readonly mean: number
  /** Clips that are copies: nearer than 0.04 shoulder widths. */
  readonly copied: number
  readonly clips: readonly NearestTraining[]
}

export interface MotionScores {
  /** The hypotheses first, then the baselines, then the references as hypotheses: the ideal, with the bone spread and repetition of real signing. */
  readonly rows: readonly MotionRow[]
  readonly nearestTraining?: { readonly hypotheses: TrainingDistance; readonly references: TrainingDistance }
  /** How each score was computed, and of what. */
  readonly signatures: Readonly<Partial<Record<SignedScore, string>>>
}

/**
 * Scores motions of one layout, in its scale: of others than the 50 joints the points that were seen. Throws ERR_DATA for no pairs, motions of two layouts, one
 * without frames or with a coordinate that is not finite, and a pair at two frame rates.
 */
export function motionScores(pairs: readonly MotionPair[], { align = 'exact', train, jointsAlone }: MotionScoreOptions = {}): MotionScores {
  if (pairs.length === 0) throw new SignError('ERR_DATA', 'motion scores', 'wanted at least one pair of motions, got none', 'Give some')
  for (const pair of pairs) checkPair(pair)
  const references = pairs.map(({ reference }) => reference)
  const pose = meanFrame(references)
  const contenders: [MotionRowName, readonly Motion[]][] = [
    ['hypotheses', pairs.map(({ hypothesis }) => hypothesis)],
    ['still pose', references.map((reference) => heldFrame(pose, reference))],
    ...(pairs.length > 1
      ? [['another reference', references.map((_, i) => references[(i + 1) % references.length]!)] as [MotionRowName, NamedMotion[]]]
      : []),
    ['references', references],
  ]
  const rows = contenders.map(([name, motions]) => ({ name, ...scoreSet(motions, references, align) }))
  const trained = train && {
    hypotheses: trainingDistance(contenders[0]![1], train),
    references: trainingDistance(references, train),
  }
  return {
    rows,
    ...(trained ? { nearestTraining: trained } : {}),
    signatures: motionSignatures(references, align, train?.length, jointsAlone),
  }
}

function checkPair({ reference, hypothesis }: MotionPair): void {
  checkMotion(reference, `reference ${reference.name}`)
  checkMotion(hypothesis, `hypothesis for ${reference.name}`)
  const [wanted, got] = [layoutOfMotion(reference).name, layoutOfMotion(hypothesis).name]
  if (wanted !== got) {
    const problem = `wanted a motion of ${wanted}, as the reference is, got one of ${got}`
    throw new SignError('ERR_DATA', `hypothesis for ${reference.name}`, problem, `Convert it: signllm data convert --layout ${wanted}`)
  }
  const { fps } = hypothesis
  if (sameRate(reference.fps, fps)) return
  const problem = `wanted ${reference.fps} frames per second as the reference has, got ${fps}`
  throw new SignError('ERR_DATA', reference.name, problem, 'Resample one of them (resampleMotion)')
}

const trainingDistance = (motions: readonly Motion[], train: readonly NamedMotion[]): TrainingDistance =>
  trainingDistanceOf(nearestTraining(motions, train))

/** The mean of these distances, and the copies among them. */
export function trainingDistanceOf(clips: readonly NearestTraining[]): TrainingDistance {
  const mean = clips.reduce((sum, { distance }) => sum + distance, 0) / clips.length
  return { mean, copied: clips.filter(({ distance }) => distance < COPIED).length, clips }
}

/** Scores with a signature; a part's or a length class's score is computed as that of the whole. */
export type SignedScore = Exclude<keyof MotionSetScores, 'parts' | 'lengths' | 'clips'> | 'nearestTraining'

/** How each score is counted beside these references; `train` is the number of training clips. */
export function motionSignatures(
  references: readonly Motion[],
  align: Aligner,
  train: number | undefined,
  jointsAlone = false,
): MotionScores['signatures'] {
  const rates = [...new Set(references.map(({ fps }) => Number(fps.toFixed(3))))].sort((a, b) => a - b)
  const layout = layoutOfMotion(references[0]!)
  const isOurs = layout.name === 'skeleton-50'
  const seen = `points:${jointsAlone ? 'of-50-joints' : 'body-and-hands'}-seen-in-reference,unseen-in-hypothesis-1-shoulder-width`
  const points = isOurs ? `joints:${layout.points}` : `layout:${layout.name}|${seen}`
  const of = `norm:${isOurs ? NORMALISATION : layout.scale}|${points}|fps:${rates.join(',')}|n:${references.length}`
  return {
    normalisedDtw: `normalised-dtw|align:exact|steps:symmetric|unit:shoulder-width|${of}`,
    handDtw: `hand-dtw|align:exact|cost:l1-frame|joints:20-a-hand-minus-root|hands:that-sign-in-reference(wrist-path>${STILL},or-fingers-std>${RESTING_FINGERS})|per:reference-frame,hand|mean:clips|${of}`,
    dtwMje: `dtw-mje|align:${align}|cost:l2-frame|mean:all-aligned-frames|${of}`,
    ...(isOurs && { progressiveDtw: `progressive-dtw|align:exact|cost:l1-frame|last-frame:cut|per:reference-frame|${of}` }),
    totalDistance: `total-distance|wrists:body|mean:ratio-of-means|${of}`,
    wristPathRatio: `wrist-path|wrists:body|mean:of-ratios|${of}`,
    speedRatio: `speed|joints:all|mean:of-ratios|${of}`,
    poseStdRatio: `pose-std|mean:of-ratios|${of}`,
    durationRatio: `duration|mean:of-ratios|${of}`,
    boneSpread: `bone-spread|std/mean-of-length|mean:bones,clips|${of}`,
    repetition: `repetition|lags:half-clip|mean:clips|${of}`,
    nearestTraining: `nearest-training|normalised-dtw|candidates:5|copied:<${COPIED}|train:${train ?? 0}|${of}`,
  }
}
