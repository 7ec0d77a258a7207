// What the trial of motion tokens tells of a system: the scores of whole bodies and of hands alone, and what judges read in its motions.

import { formatTable } from '../../src/base/table.js'
import type { Judge } from '../../src/judge/judge.js'
import { boneSpread } from '../../src/metrics/bone_spread.js'
import { letterErrorRate } from '../../src/metrics/character_errors.js'
import { align } from '../../src/metrics/dtw.js'
import { mean } from '../../src/metrics/motion.js'
import { type ScoreRow, scoreMotions } from '../../src/metrics/scores.js'
import type { Clip, Motion } from '../../src/motion/clip.js'
import { COORDS, joint } from '../../src/motion/skeleton.js'
import { type LengthScore, scoreByLength } from './length_classes.js'

/** One way to make the held-out words' motions. */
export interface TokenSystem {
  readonly name: string
  readonly motions: readonly Motion[]
  /** Of making them, where they were generated. */
  readonly framesPerSecond?: number
  /** Windows without all of their tokens. */
  readonly incomplete?: number
}

export interface SystemScore extends Pick<ScoreRow, 'dtw' | 'wristPathRatio' | 'durationRatio'>, Omit<TokenSystem, 'motions'> {
  /** As DTW, of the fingers alone, relative to their own hand's root. */
  readonly handDtw: number
  /** Mean over bones and clips. */
  readonly boneSpread: number
  readonly lengths: readonly LengthScore[]
  /** Letter error rates in percent, a judge a number; empty without judges. */
  readonly letterErrors: readonly number[]
}

export async function scoreSystem(
  { motions, ...system }: TokenSystem,
  references: readonly Clip[],
  trained: readonly Clip[],
  judges: readonly Judge[],
): Promise<SystemScore> {
  const pairs = references.map((reference, i) => ({ reference, hypothesis: motions[i]! }))
  const { dtw, wristPathRatio, durationRatio } = scoreMotions(pairs, trained)[0]!
  const letterErrors: number[] = []
  for (const judge of judges) {
    const read = await judge.translate(motions)
    letterErrors.push(letterErrorRate(references.map(({ gloss }, i) => ({ reference: gloss!, hypothesis: read[i]!.text }))))
  }
  return {
    ...system,
    dtw,
    handDtw: meanHandDtw(references, motions),
    wristPathRatio,
    durationRatio,
    boneSpread: meanBoneSpread(motions),
    letterErrors,
    lengths: scoreByLength(pairs, trained),
  }
}

/** Over clips, the DTW of both hands' fingers relative to their hand's root: 120 numbers a frame, L1, a frame of the reference. */
export function meanHandDtw(references: readonly Motion[], motions: readonly Motion[]): number {
  const distance = (reference: Motion, motion: Motion) =>
    align(fingersOf(reference), fingersOf(motion), FINGER_NUMBERS, 'l1').cost / reference.frames
  return mean(references.map((reference, i) => distance(reference, motions[i]!)))
}

export const meanBoneSpread = (motions: readonly Motion[]): number => mean(motions.map((motion) => boneSpread(motion).mean))

const FINGERS = 20
const FINGER_NUMBERS = 2 * FINGERS * 3

function fingersOf({ joints, frames }: Motion): { values: Float32Array; length: number } {
  const values = new Float32Array(frames * FINGER_NUMBERS)
  for (let t = 0; t < frames; t++)
    for (const [h, root] of [joint.leftHand, joint.rightHand].entries())
      for (let i = 0; i < FINGERS * 3; i++)
        values[t * FINGER_NUMBERS + h * FINGERS * 3 + i] =
          joints[t * COORDS + (root + 1) * 3 + i]! - joints[t * COORDS + root * 3 + (i % 3)]!
  return { values, length: frames }
}

export function formatSystems(scores: readonly SystemScore[]): string {
  const cell = (value: number | undefined, digits: number) => (value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits))
  return formatTable([
    ['', 'DTW', 'hand DTW', 'wrist path', 'duration', 'bone spread, %', 'letter errors, %', 'frames/s'],
    ...scores.map((score) => [
      score.name,
      cell(score.dtw, 2),
      cell(score.handDtw, 2),
      cell(score.wristPathRatio, 2),
      cell(score.durationRatio, 2),
      cell(100 * score.boneSpread, 2),
      cell(mean(score.letterErrors), 1),
      cell(score.framesPerSecond, 0),
    ]),
  ])
}
