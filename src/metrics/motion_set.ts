// The scores of one set of motions beside its references: as a whole, by part of the body, by length, and clip by clip.

import type { Motion, NamedMotion } from '../motion/clip.js'
import { partJoints, type ScoredPart, scoredParts } from './body_parts.js'
import { type BoneSpread, boneSpread } from './bone_spread.js'
import { handDtw } from './hand_dtw.js'
import { byLength, lengthStarts } from './length_classes.js'
import { durationRatio, mean, meanOfNumbers, poseStd, poseStdRatio, speed, wristPathRatio } from './motion.js'
import { normalisedDtw } from './normalised_dtw.js'
import { progressiveMotionDtw } from './progressive_dtw.js'
import { repetition } from './repetition.js'
import { type Aligner, slrtpScores } from './slrtp.js'

/** Means over clips, NaN where no clip has a number. Distances are best at 0, ratios (hypothesis over reference) at 1. */
export interface ClassScores {
  /** Mean joint distance of aligned frames, in shoulder widths. */
  readonly normalisedDtw: number
  /** Of the hands that sign in the reference, relative to their wrists, see `handDtw`. */
  readonly handDtw: number
  /** Path length of the wrists, mean of the clips' ratios. */
  readonly wristPathRatio: number
  readonly speedRatio: number
  readonly poseStdRatio: number
  readonly durationRatio: number
}

export interface MotionSetScores extends ClassScores {
  /** As the SLRTP evaluation has it, in normalised units; see `slrtpScores`. */
  readonly dtwMje: number
  /** Progressive Transformers' own, see `progressiveMotionDtw`. */
  readonly progressiveDtw: number
  /** Path length of the wrists, a ratio of means over clips; see `slrtpScores`. */
  readonly totalDistance: number
  readonly boneSpread: SetBoneSpread
  /** Mean over the clips that move, 0 to 1; compare with that of the references. */
  readonly repetition: number
  readonly parts: Readonly<Record<ScoredPart, PartScores>>
  /** By the length of the reference; classes without clips are left out. */
  readonly lengths: readonly LengthClass[]
  readonly clips: readonly ScoredClip[]
}

/** Of clips' bone spreads: the mean, and the bone that stretches most of all. */
export interface SetBoneSpread {
  readonly mean: number
  readonly worst: { readonly clip: string; readonly bone: string; readonly spread: number } | undefined
}

export interface PartScores {
  readonly normalisedDtw: number
  /** Ratio of means over clips, so that a hand which rests weighs little. */
  readonly speedRatio: number
  /** Ratio of means over clips. */
  readonly poseStdRatio: number
  readonly boneSpread: number
}

export interface LengthClass extends ClassScores {
  /** `under 2 s`, `2 to 4 s`, `4 to 8 s`, `8 s and more` */
  readonly seconds: string
  readonly clips: number
}

export interface ScoredClip extends ClassScores {
  /** The reference's. */
  readonly name: string
  readonly dtwMje: number
  readonly repetition: number
}

function inSeconds(from: number, below: number): string {
  if (from === 0) return `under ${below} s`
  return below === Number.POSITIVE_INFINITY ? `${from} s and more` : `${from} to ${below} s`
}

/** Scores `motions[i]` beside `references[i]`. Throws ERR_DATA for a motion without frames. */
export function scoreSet(motions: readonly Motion[], references: readonly NamedMotion[], align: Aligner): MotionSetScores {
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
  const seconds = references.map(({ frames, fps }) => frames / fps)
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
    lengths: byLength(clips, seconds, lengthStarts.seconds).map(({ from, below, items }) => ({
      seconds: inSeconds(from, below),
      clips: items.length,
      ...classScores(items),
    })),
    clips,
  }
}

const asSeries = ({ joints, frames }: Motion) => ({ values: joints, length: frames })

/** A reference that is slower, in shoulder widths a second, stands still: what moves is noise. */
const SLOWEST = 0.01

function speedRatio(motion: Motion, reference: Motion): number {
  const wanted = speed(reference)
  return wanted > SLOWEST ? speed(motion) / wanted : Number.NaN
}

/** NaN where there is nothing to compare with. */
const ratio = (got: number, wanted: number): number => (wanted > 0 ? got / wanted : Number.NaN)

function ratioOfMeans(motions: readonly Motion[], references: readonly Motion[], measure: (motion: Motion) => number): number {
  return ratio(meanOfNumbers(motions.map(measure)), meanOfNumbers(references.map(measure)))
}

function classScores(clips: readonly ScoredClip[]): ClassScores {
  const average = (score: keyof ClassScores) => meanOfNumbers(clips.map((clip) => clip[score]))
  return {
    normalisedDtw: average('normalisedDtw'),
    handDtw: average('handDtw'),
    wristPathRatio: average('wristPathRatio'),
    speedRatio: average('speedRatio'),
    poseStdRatio: average('poseStdRatio'),
    durationRatio: average('durationRatio'),
  }
}

function byPart<T>(of: (part: ScoredPart) => T): Record<ScoredPart, T> {
  return Object.fromEntries(scoredParts.map((part) => [part, of(part)])) as Record<ScoredPart, T>
}

function worstOf(spreads: readonly BoneSpread[], references: readonly NamedMotion[]): SetBoneSpread['worst'] {
  let found: SetBoneSpread['worst']
  for (const [i, { worst }] of spreads.entries())
    if (worst && worst.spread > (found?.spread ?? Number.NEGATIVE_INFINITY)) found = { clip: references[i]!.name, ...worst }
  return found
}
