// How validations of tasks that write text choose the best checkpoint, and what of them is logged.

import type { TextScores } from '../metrics/text_scores.js'
import type { Scalars } from './run/logs.js'

/** Lower is better: 100 − BLEU-4. Short sentences have no 4-grams: a thousandth of BLEU-1 settles what that leaves open. */
export const textScore = ({ bleu }: TextScores): number => 100 - bleu[3] - bleu[0] / 1e3

export const textScalars = ({ bleu, rouge, exact }: TextScores): Scalars => ({
  'dev/bleu1': bleu[0],
  'dev/bleu4': bleu[3],
  'dev/rouge': rouge,
  'dev/exact': exact,
})
