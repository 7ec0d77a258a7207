// ROUGE-L: how much of a sentence's order is right, by the longest common subsequence.

import { type TextPair, tokensOf } from './bleu.js'

/** Recall weighs this much against precision, as in the field's scripts. */
const BETA = 1.2

/** The mean over pairs of F = (1 + β²)PR / (R + β²P) in percent; a pair without a common token counts 0. NaN for no pairs. */
export function rougeL(pairs: readonly TextPair[]): number {
  return (100 * pairs.reduce((sum, pair) => sum + sentenceRouge(pair), 0)) / pairs.length
}

function sentenceRouge({ hypothesis, reference }: TextPair): number {
  const said = tokensOf(hypothesis)
  const wanted = tokensOf(reference)
  const common = commonLength(said, wanted)
  if (common === 0) return 0
  const precision = common / said.length
  const recall = common / wanted.length
  return ((1 + BETA ** 2) * precision * recall) / (recall + BETA ** 2 * precision)
}

/** The length of the longest common subsequence. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  let row = new Uint32Array(b.length + 1)
  for (const token of a) {
    const next = new Uint32Array(b.length + 1)
    for (let j = 1; j <= b.length; j++) next[j] = b[j - 1] === token ? row[j - 1]! + 1 : Math.max(row[j]!, next[j - 1]!)
    row = next
  }
  return row[b.length]!
}
