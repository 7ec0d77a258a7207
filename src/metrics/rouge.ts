// ROUGE-L: how much of a sentence's order is right, by the longest common subsequence.

import { type CorpusMetric, scoreCorpus, type TextPair } from './corpus_metric.js'
import type { Tokeniser } from './text_metric_names.js'
import { cutters } from './tokenisers.js'

/** Recall weighs this much against precision, as in the field's scripts. */
const BETA = 1.2

export interface RougeOptions {
  /** `space` cuts at every U+0020 and nothing else, as the published scripts do: doubled spaces and empty lines make empty tokens, which match. Default `ws`. */
  readonly tokeniser?: Tokeniser | 'space'
}

/** The mean over pairs of F = (1 + β²)PR / (R + β²P) in percent; a pair without a common token counts 0. NaN for no pairs. */
export function rougeL(pairs: readonly TextPair[], options: RougeOptions = {}): number {
  return pairs.length === 0 ? Number.NaN : scoreCorpus(rougeMetric(options), pairs)[0]!
}

/** ROUGE-L as a sum over sentences. */
export function rougeMetric({ tokeniser = 'ws' }: RougeOptions = {}): CorpusMetric {
  const cut = tokeniser === 'space' ? (line: string) => line.split(' ') : cutters[tokeniser]
  return {
    names: [{ key: 'rougeL', label: 'ROUGE-L' }],
    method: `tok:${tokeniser}|beta:${BETA}`,
    higherIsBetter: true,
    statistics: ({ hypothesis, reference }) => Float64Array.of(sentenceRouge(cut(hypothesis), cut(reference)), 1),
    scores: ([sum, sentences]) => [(100 * sum!) / sentences!],
  }
}

function sentenceRouge(said: readonly string[], wanted: readonly string[]): number {
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
