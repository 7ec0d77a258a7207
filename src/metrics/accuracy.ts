// How much is exactly right: whole sentences, and tokens where they stand.

import { type CorpusMetric, scoreCorpus, type TextPair } from './corpus_metric.js'
import type { Tokeniser } from './text_metric_names.js'
import { cutters } from './tokenisers.js'

export interface AccuracyOptions {
  /** Compares tokens, so that white space does not matter. Default: whole lines, as the published scripts do. */
  readonly tokeniser?: Tokeniser
}

/** Percent of the hypotheses that are their references. NaN for no pairs. */
export function sequenceAccuracy(pairs: readonly TextPair[], options: AccuracyOptions = {}): number {
  return pairs.length === 0 ? Number.NaN : scoreCorpus(sequenceAccuracyMetric(options), pairs)[0]!
}

/**
 * Percent of the places at which both have the same token, of the places that either has: neither silence nor endless speech gains by it. NaN
 * for no pairs, and where neither side has a token.
 */
export function tokenAccuracy(pairs: readonly TextPair[], { tokeniser = 'ws' }: AccuracyOptions = {}): number {
  return pairs.length === 0 ? Number.NaN : scoreCorpus(tokenAccuracyMetric({ tokeniser }), pairs)[0]!
}

/** Exact sentences as a sum over sentences. */
export function sequenceAccuracyMetric({ tokeniser }: AccuracyOptions = {}): CorpusMetric {
  const whole = tokeniser === undefined ? (line: string) => line : (line: string) => cutters[tokeniser](line).join(' ')
  return {
    names: [{ key: 'exact', label: 'exact' }],
    method: `tok:${tokeniser ?? 'line'}`,
    higherIsBetter: true,
    statistics: ({ hypothesis, reference }) => Float64Array.of(whole(hypothesis) === whole(reference) ? 1 : 0, 1),
    scores: ([exact, sentences]) => [(100 * exact!) / sentences!],
  }
}

/** Right tokens as sums over sentences. */
export function tokenAccuracyMetric({ tokeniser = 'ws' }: AccuracyOptions = {}): CorpusMetric {
  const cut = cutters[tokeniser]
  return {
    names: [{ key: 'tokenAccuracy', label: 'token accuracy' }],
    method: `tok:${tokeniser}|of:longer`,
    higherIsBetter: true,
    statistics({ hypothesis, reference }) {
      const [said, wanted] = [cut(hypothesis), cut(reference)]
      const right = said.filter((token, i) => token === wanted[i]).length
      return Float64Array.of(right, Math.max(said.length, wanted.length))
    },
    scores: ([right, places]) => [places! > 0 ? (100 * right!) / places! : Number.NaN],
  }
}
