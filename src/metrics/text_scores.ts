// How good translations are, with the signature that says how that was counted.

import { type Bleu, corpusBleu } from './bleu.js'
import type { TextPair } from './corpus_metric.js'
import { rougeL } from './rouge.js'
import { tokensOf } from './white_space.js'

export interface TextScores {
  readonly bleu: Bleu
  readonly rouge: number
  /** Share of the hypotheses that are their references, token for token, 0 to 1. */
  readonly exact: number
  /** Tokens of all hypotheses over tokens of all references. */
  readonly lengthRatio: number
  /** How it was counted, and of how many sentences, e.g. `bleu|tok:ws|smooth:none|n:642|beam:3`. */
  readonly signature: string
}

/** Scores a corpus of translations; `decoding` says in the signature how they were made, e.g. `beam:4`. */
export function scoreText(pairs: readonly TextPair[], decoding: string): TextScores {
  const length = (side: keyof TextPair) => pairs.reduce((sum, pair) => sum + tokensOf(pair[side]).length, 0)
  const same = pairs.filter(({ hypothesis, reference }) => tokensOf(hypothesis).join(' ') === tokensOf(reference).join(' '))
  return {
    bleu: corpusBleu(pairs),
    rouge: rougeL(pairs),
    exact: same.length / pairs.length,
    lengthRatio: length('hypothesis') / length('reference'),
    signature: `bleu|tok:ws|smooth:none|rouge:L,beta1.2|n:${pairs.length}|${decoding}`,
  }
}

/** One line of scores for people. */
export function formatTextScores({ bleu, rouge, exact, lengthRatio, signature }: TextScores): string {
  const orders = bleu.map((value) => value.toFixed(2)).join(' / ')
  return `BLEU-1…4 ${orders}, ROUGE ${rouge.toFixed(2)}, exact ${(100 * exact).toFixed(1)} %, length ${lengthRatio.toFixed(2)} (${signature})`
}
