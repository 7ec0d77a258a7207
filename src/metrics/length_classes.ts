// Clips by length: an average over all hides that long ones go wrong first.

import { type MeanScores, meanScores } from './scores.js'

/** The least length of each class; the last one has no end. Words are spelled, or sentences said, in so many tokens. */
export const lengthStarts = {
  letters: [1, 3, 5, 6, 9],
  words: [1, 5, 9, 17],
  seconds: [0, 2, 4, 8],
} as const

/** What the tokens of a source are. */
export type TokenUnit = 'letters' | 'words'

/** What is at least `from` and less than `below` long. */
export interface LengthRange<T> {
  readonly from: number
  readonly below: number
  readonly items: readonly T[]
}

/** The classes that occur, short ones first; `lengths[i]` is that of `items[i]`. */
export function byLength<T>(items: readonly T[], lengths: readonly number[], starts: readonly number[]): LengthRange<T>[] {
  return starts
    .map((from, k) => {
      const below = starts[k + 1] ?? Number.POSITIVE_INFINITY
      return { from, below, items: items.filter((_, i) => lengths[i]! >= from && lengths[i]! < below) }
    })
    .filter(({ items: own }) => own.length > 0)
}

/** A class of whole numbers, such as `3-4`, `5` or `9+`. */
export function lengthName({ from, below }: Pick<LengthRange<unknown>, 'from' | 'below'>): string {
  if (below === Number.POSITIVE_INFINITY) return `${from}+`
  return below === from + 1 ? String(from) : `${from}-${below - 1}`
}

/** The scores of a model's motions of one length. */
export interface LengthScore extends MeanScores {
  /** Tokens of the source, such as `6-8`. */
  readonly tokens: string
  readonly unit: TokenUnit
  readonly clips: number
}

/** Clips' scores by the number of source tokens; `tokens[i]` is that of the clip of `scores[i]`. */
export function scoreByLength(scores: readonly MeanScores[], tokens: readonly number[], unit: TokenUnit): LengthScore[] {
  return byLength(scores, tokens, lengthStarts[unit]).map(({ items, ...range }) => ({
    tokens: lengthName(range),
    unit,
    clips: items.length,
    ...meanScores(items),
  }))
}

/** Ratios of which a class can be furthest from 1. */
export type LengthRatio = 'durationRatio' | 'wristPathRatio'

/** The class whose ratio is furthest from 1, halves being as far as doubles; undefined where none has a number. */
export function worstLength(scores: readonly LengthScore[], ratio: LengthRatio): LengthScore | undefined {
  const off = (score: LengthScore) => Math.abs(Math.log(score[ratio]))
  return scores
    .filter((score) => !Number.isNaN(score[ratio]))
    .reduce<LengthScore | undefined>((worst, one) => (worst && off(worst) >= off(one) ? worst : one), undefined)
}

/** The worst classes in a line, e.g. `worst length by duration: 6-8 letters (0.78), by wrist path: 9+ letters (0.64)`; empty of a single class. */
export function formatWorst(scores: readonly LengthScore[]): string {
  if (scores.length < 2) return ''
  const worst = (label: string, ratio: LengthRatio) => {
    const found = worstLength(scores, ratio)
    return found ? [`by ${label}: ${found.tokens} ${found.unit} (${found[ratio].toFixed(2)})`] : []
  }
  const told = [...worst('duration', 'durationRatio'), ...worst('wrist path', 'wristPathRatio')]
  return told.length > 0 ? `worst length ${told.join(', ')}` : ''
}
