// Metrics of a corpus as sums over its sentences. A sentence is counted once; scores of the corpus, and of every resample of a bootstrap,
// come out of the sum of such counts.

import { SignError } from '../base/errors.js'

/** A hypothesis beside its one reference, both as lines of text. */
export interface TextPair {
  readonly hypothesis: string
  readonly reference: string
}

/** One of the numbers that a metric gives. */
export interface ScoreName {
  /** As in signatures: `bleu4`. */
  readonly key: string
  /** As in tables: `BLEU-4`. */
  readonly label: string
}

export interface CorpusMetric<Example = TextPair> {
  readonly names: readonly ScoreName[]
  /** How it is counted, as the middle of a signature: `tok:ws|smooth:none`. */
  readonly method: string
  /** Whether more is better; error rates are better the lower they are. */
  readonly higherIsBetter: boolean
  /** The counts of one example: as many for each, in float64, to be added up. */
  statistics(example: Example): Float64Array
  /** The scores of a corpus whose statistics add up to `sum`, one for each name; NaN where there is none. */
  scores(sum: Float64Array): readonly number[]
  /** What `sum` says beside the scores, for those who want to check them: counts, precisions, lengths. */
  counts?(sum: Float64Array): Readonly<Record<string, unknown>>
}

/** The statistics of every example added up, in their order. Throws ERR_DATA for no examples. */
export function summed<Example>(metric: CorpusMetric<Example>, examples: readonly Example[]): Float64Array {
  if (examples.length === 0) throw noExamples(metric.names[0]!.label)
  const sum = metric.statistics(examples[0]!).slice()
  for (const example of examples.slice(1)) addTo(sum, metric.statistics(example))
  return sum
}

/** The scores of a corpus. Throws ERR_DATA for no examples. */
export function scoreCorpus<Example>(metric: CorpusMetric<Example>, examples: readonly Example[]): readonly number[] {
  return metric.scores(summed(metric, examples))
}

/** Adds `counts` to `sum` in place. */
export function addTo(sum: Float64Array, counts: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += counts[i]!
}

export const noExamples = (who: string): SignError =>
  new SignError('ERR_DATA', who, 'wanted at least one sentence to score, got none', 'Give a hypothesis and a reference for each')
