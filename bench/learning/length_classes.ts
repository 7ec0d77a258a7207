// Scores of spelled words by how many letters they have: an average over all hides that long words go wrong first.

import { type ScoredPair, type ScoreRow, scoreMotions } from '../../src/metrics/scores.js'
import type { Clip } from '../../src/motion/clip.js'
import { tokenise } from '../../src/text/tokenise.js'

/** Fewest letters of each class; the last one has no end. */
const starts = [1, 4, 6, 9] as const

/** The model's scores of the words of one length. */
export interface LengthScore extends Pick<ScoreRow, 'dtw' | 'wristPathRatio' | 'durationRatio'> {
  /** Letters, as `4-5`. */
  readonly letters: string
  readonly clips: number
}

/** The classes that occur, short words first. */
export function scoreByLength(pairs: readonly ScoredPair[], trained: readonly Clip[]): LengthScore[] {
  return starts.flatMap((start, i) => {
    const end = (starts[i + 1] ?? Number.POSITIVE_INFINITY) - 1
    const own = pairs.filter(({ reference }) => {
      const letters = tokenise(reference.text, 'letters').length
      return letters >= start && letters <= end
    })
    if (own.length === 0) return []
    const { dtw, wristPathRatio, durationRatio } = scoreMotions(own, trained)[0]!
    return [
      {
        letters: end === Number.POSITIVE_INFINITY ? `${start}+` : `${start}-${end}`,
        clips: own.length,
        dtw,
        wristPathRatio,
        durationRatio,
      },
    ]
  })
}

/** The class whose words are furthest from what was signed. */
export function worstLength(scores: readonly LengthScore[]): LengthScore | undefined {
  return scores.reduce<LengthScore | undefined>((worst, one) => (worst && worst.dtw >= one.dtw ? worst : one), undefined)
}

export function formatLengths(scores: readonly LengthScore[]): string {
  const line = (cells: readonly string[]) => cells.map((cell, i) => (i === 0 ? cell.padEnd(8) : cell.padStart(12))).join('')
  return [
    line(['letters', 'clips', 'DTW', 'wrist path', 'duration']),
    ...scores.map(({ letters, clips, dtw, wristPathRatio, durationRatio }) =>
      line([letters, String(clips), dtw.toFixed(2), wristPathRatio.toFixed(2), durationRatio.toFixed(2)]),
    ),
    `worst: words of ${worstLength(scores)?.letters} letters`,
  ].join('\n')
}
