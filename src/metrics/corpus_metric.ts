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

/** A corpus whose sentences have been counted, to be scored as it is and in many resamples. */
export interface CountedCorpus {
  readonly metric: Pick<CorpusMetric, 'names' | 'method' | 'higherIsBetter' | 'scores' | 'counts'>
  readonly examples: number
  /** The statistics of one example after another, as many for each: [examples × statistics]. */
  readonly statistics: Float64Array
}

/** Counts every example once. Throws ERR_DATA for no examples. */
export function countCorpus<Example>(metric: CorpusMetric<Example>, examples: readonly Example[]): CountedCorpus {
  const rows = examples.map((example) => metric.statistics(example))
  if (rows.length === 0)
    throw new SignError(
      'ERR_DATA',
      metric.names[0]!.label,
      'wanted at least one sentence to score, got none',
      'Give a hypothesis and a reference for each',
    )
  const width = rows[0]!.length
  const statistics = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) statistics.set(row, i * width)
  return { metric, examples: rows.length, statistics }
}

/** The statistics of the examples that are drawn added up, in the order of `draw`; of all of them without it. */
export function total({ examples, statistics }: CountedCorpus, draw?: Uint32Array): Float64Array {
  const width = statistics.length / examples
  const sum = new Float64Array(width)
  for (let n = 0; n < (draw?.length ?? examples); n++) {
    const at = (draw ? draw[n]! : n) * width
    for (let k = 0; k < width; k++) sum[k]! += statistics[at + k]!
  }
  return sum
}

/** The statistics of every example added up, in their order. Throws ERR_DATA for no examples. */
export function summed<Example>(metric: CorpusMetric<Example>, examples: readonly Example[]): Float64Array {
  return total(countCorpus(metric, examples))
}

/** The scores of a corpus. Throws ERR_DATA for no examples. */
export function scoreCorpus<Example>(metric: CorpusMetric<Example>, examples: readonly Example[]): readonly number[] {
  return metric.scores(summed(metric, examples))
}
