// What the trial of motion tokens tells of a system: the scores of whole bodies and of hands alone, and what judges read in its motions.

import { formatTable } from '../../src/base/table.js'
import type { Judge } from '../../src/judge/judge.js'
import { letterErrorRate } from '../../src/metrics/character_errors.js'
import { type LengthScore, scoreByLength } from '../../src/metrics/length_classes.js'
import { mean } from '../../src/metrics/motion.js'
import { type MeanScores, meanScores, scorePair } from '../../src/metrics/scores.js'
import type { Clip, Motion } from '../../src/motion/clip.js'
import { tokenise } from '../../src/text/tokenise.js'

/** One way to make the held-out words' motions. */
export interface TokenSystem {
  readonly name: string
  readonly motions: readonly Motion[]
  /** Of making them, where they were generated. */
  readonly framesPerSecond?: number
  /** Windows without all of their tokens. */
  readonly incomplete?: number
}

export interface SystemScore extends MeanScores, Omit<TokenSystem, 'motions'> {
  readonly lengths: readonly LengthScore[]
  /** Letter error rates in percent, a judge a number; empty without judges. */
  readonly letterErrors: readonly number[]
}

export async function scoreSystem(
  { motions, ...system }: TokenSystem,
  references: readonly Clip[],
  judges: readonly Judge[],
): Promise<SystemScore> {
  const pairs = references.map((reference, i) => ({ reference, hypothesis: motions[i]! }))
  const letterErrors: number[] = []
  for (const judge of judges) {
    const read = await judge.translate(motions)
    letterErrors.push(letterErrorRate(references.map(({ gloss }, i) => ({ reference: gloss!, hypothesis: read[i]!.text }))))
  }
  const scores = pairs.map(scorePair)
  const letters = references.map(({ text }) => tokenise(text, 'letters').length)
  return { ...system, ...meanScores(scores), letterErrors, lengths: scoreByLength(scores, letters, 'letters') }
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
