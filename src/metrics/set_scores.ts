// What is told of a set of motions beside its references, of whatever layout both are.

import type { NamedMotion } from '../motion/clip.js'
import type { ScoredPart } from './body_parts.js'
import type { BoneSpread } from './bone_spread.js'
import { byLength, lengthStarts } from './length_classes.js'
import { meanOfNumbers } from './motion.js'

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
  /** Of the 50 joints the arms and both hands; of other layouts the parts that they have. */
  readonly parts: Readonly<Partial<Record<ScoredPart, PartScores>>>
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

/** A reference that is slower, in shoulder widths a second, stands still: what moves is noise. */
export const SLOWEST = 0.01

/** NaN where there is nothing to compare with. */
export const ratio = (got: number, wanted: number): number => (wanted > 0 ? got / wanted : Number.NaN)

/** The means over clips. */
export function classScores(clips: readonly ScoredClip[]): ClassScores {
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

/** The clips by the length of their references. */
export function lengthClasses(clips: readonly ScoredClip[], references: readonly NamedMotion[]): LengthClass[] {
  const seconds = references.map(({ frames, fps }) => frames / fps)
  return byLength(clips, seconds, lengthStarts.seconds).map(({ from, below, items }) => ({
    seconds: inSeconds(from, below),
    clips: items.length,
    ...classScores(items),
  }))
}

/** The bone that stretches most of all clips. */
export function worstOf(spreads: readonly BoneSpread[], references: readonly NamedMotion[]): SetBoneSpread['worst'] {
  let found: SetBoneSpread['worst']
  for (const [i, { worst }] of spreads.entries())
    if (worst && worst.spread > (found?.spread ?? Number.NEGATIVE_INFINITY)) found = { clip: references[i]!.name, ...worst }
  return found
}
