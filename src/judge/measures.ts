// The measures of a translation: how they are called, and which way is better.

/** In percent, each over the whole corpus. */
export const textMeasures = {
  bleu1: { label: 'BLEU-1', lowIsGood: false },
  bleu2: { label: 'BLEU-2', lowIsGood: false },
  bleu3: { label: 'BLEU-3', lowIsGood: false },
  bleu4: { label: 'BLEU-4', lowIsGood: false },
  rougeL: { label: 'ROUGE-L', lowIsGood: false },
  chrf: { label: 'chrF2', lowIsGood: false },
  wer: { label: 'WER', lowIsGood: true },
  letterErrorRate: { label: 'letter error rate', lowIsGood: true },
  glossWer: { label: 'gloss WER', lowIsGood: true },
  /** Sentences that are right to the token. */
  exact: { label: 'exact', lowIsGood: false },
} as const

export type TextMeasure = keyof typeof textMeasures

export const measureNames = Object.keys(textMeasures) as readonly TextMeasure[]

/** Whether a score is better than another. */
export function isBetter(measure: TextMeasure, score: number, than: number): boolean {
  return textMeasures[measure].lowIsGood ? score < than : score > than
}

/** (score − floor) / (ceiling − floor): 0 at the floor, 1 at the ceiling, whichever way is better. Undefined where the two are the same. */
export function normalisedScore(score: number | undefined, floor: number | undefined, ceiling: number | undefined): number | undefined {
  if (score === undefined || floor === undefined || ceiling === undefined || Math.abs(ceiling - floor) < 1e-9) return undefined
  return (score - floor) / (ceiling - floor) + 0 // JSON has no -0
}
