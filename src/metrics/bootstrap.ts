// How far a score of a corpus would move with other sentences: sentences are drawn anew, with replacement, as many as there are, and scored
// again. Two systems are compared on the same draws, which takes the difficulty of the sentences out of their difference.

import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import { type CountedCorpus, total } from './corpus_metric.js'

export interface BootstrapOptions {
  /** Default 1000. */
  readonly resamples?: number
  /** The same seed draws the same sentences for every metric and every pair of systems. Default 27. */
  readonly seed?: number
}

/** A score, and the interval that 95 % of the resamples lie in: from their 2.5th to their 97.5th percentile. */
export interface Interval {
  readonly value: number
  readonly interval: readonly [number, number]
}

/** Two systems on the same sentences, in the units of the metric. */
export interface Comparison {
  readonly value: number
  readonly other: number
  /** `value` − `other`, and the interval that 95 % of its resamples lie in. */
  readonly difference: number
  readonly interval: readonly [number, number]
  /**
   * How often a difference at least as large, either way, would come of chance: the share of the resamples whose difference lies as far from
   * their mean as the observed one from 0, both counts plus one.
   */
  readonly p: number
  /** Share of the resamples in which the first system is the better one. */
  readonly wins: number
}

const DEFAULTS = { resamples: 1000, seed: 27 } as const

/** How a bootstrap was drawn, for a signature. */
export const bootstrapSignature = ({ resamples = DEFAULTS.resamples, seed = DEFAULTS.seed }: BootstrapOptions = {}): string =>
  `bs:${resamples}|seed:${seed}`

/** Each score of a counted corpus with its interval. Throws ERR_USAGE for a number of resamples that is none. */
export function bootstrapIntervals(corpus: CountedCorpus, options: BootstrapOptions = {}): Interval[] {
  const { metric } = corpus
  const drawn = resampled(corpus.examples, options, (draw) => metric.scores(total(corpus, draw)))
  return metric.scores(total(corpus)).map((value, k) => ({ value, interval: middle(drawn.map((scores) => scores[k]!)) }))
}

/**
 * Each score for two systems, counted by the same metric on the same sentences in the same order. Throws ERR_DATA where they do not have as
 * many sentences or not the same metric; ERR_USAGE for a number of resamples that is none.
 */
export function pairedBootstrap(corpus: CountedCorpus, other: CountedCorpus, options: BootstrapOptions = {}): Comparison[] {
  checkSame(corpus, other)
  const { metric } = corpus
  const drawn = resampled(corpus.examples, options, (draw) => {
    const scores = metric.scores(total(corpus, draw))
    return metric.scores(total(other, draw)).map((score, k) => scores[k]! - score)
  })
  const others = metric.scores(total(other))
  return metric.scores(total(corpus)).map((value, k) => {
    const difference = value - others[k]!
    const differences = drawn.map((scores) => scores[k]!)
    const wins = differences.filter((one) => (metric.higherIsBetter ? one > 0 : one < 0)).length / differences.length
    return { value, other: others[k]!, difference, interval: middle(differences), p: chance(difference, differences), wins }
  })
}

function checkSame(corpus: CountedCorpus, other: CountedCorpus): void {
  const signed = ({ metric, examples }: CountedCorpus) => `${metric.names[0]!.key}|${metric.method}|n:${examples}`
  if (signed(corpus) === signed(other)) return
  const problem = `wanted two systems on the same sentences by the same metric, got ${signed(corpus)} and ${signed(other)}`
  throw new SignError('ERR_DATA', 'bootstrap', problem, 'Score both on the same references')
}

function resampled<T>(sentences: number, options: BootstrapOptions, score: (draw: Uint32Array) => T): T[] {
  const { resamples = DEFAULTS.resamples, seed = DEFAULTS.seed } = options
  if (!Number.isInteger(resamples) || resamples < 1)
    throw new SignError(
      'ERR_USAGE',
      'bootstrap',
      `wanted a whole number of resamples above 0, got ${resamples}`,
      'Give 1000, or leave it out',
    )
  const random = Random.for(seed, 'bootstrap')
  const draw = new Uint32Array(sentences)
  return Array.from({ length: resamples }, () => {
    for (let i = 0; i < sentences; i++) draw[i] = random.below(sentences)
    return score(draw)
  })
}

/** The 2.5th and 97.5th percentile, between two values where they lie between two. NaN where a value is NaN. */
function middle(values: readonly number[]): [number, number] {
  if (values.some(Number.isNaN)) return [Number.NaN, Number.NaN]
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!]
    return low + (place - below) * (high - low)
  }
  return [at(0.025), at(0.975)]
}

function chance(difference: number, differences: readonly number[]): number {
  if (differences.some(Number.isNaN)) return Number.NaN
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length
  // Equal systems must not differ by the rounding of their mean.
  const asFar = differences.filter((one) => Math.abs(one - mean) >= Math.abs(difference) - 1e-12).length
  return (asFar + 1) / (differences.length + 1)
}
