// Whether a difference between two systems is more than the luck of the sentences: paired bootstrap over the clips of a split.

import { Random } from '../base/random.js'
import type { TextMeasure } from './measures.js'
import { type SentenceCounts, scoresOf, sumCounts } from './scores.js'

/** A difference of scores in percent, with the middle 95 % of what other draws of clips give. */
export interface Difference {
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Share of the draws that point the other way, both ways counted: small where the difference is no chance. */
  readonly p: number
}

/** The counts of a system's sentences, by judge. */
export type CountsByJudge = readonly (readonly SentenceCounts[])[]

/**
 * How much a system's score is above another's, both averaged over the same judges. The draws depend on the seed and the number of clips alone, so that all
 * systems of an evaluation are held against the same ones. Undefined where a score is.
 */
export function pairedBootstrap(
  system: CountsByJudge,
  other: CountsByJudge,
  measure: TextMeasure,
  { samples = 1000, seed }: { readonly samples?: number | undefined; readonly seed: number },
): Difference | undefined {
  const clips = system[0]?.length ?? 0
  const between = (chosen: readonly number[]) => average(system, chosen, measure) - average(other, chosen, measure)
  const difference = between(Array.from({ length: clips }, (_, i) => i))
  if (Number.isNaN(difference)) return undefined
  const draws = Random.for(seed, 'bootstrap')
  const drawn = Array.from({ length: samples }, () => between(Array.from({ length: clips }, () => draws.below(clips))))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b)
  if (drawn.length === 0) return undefined
  const quantile = (share: number) => drawn[Math.min(drawn.length - 1, Math.floor(share * drawn.length))]!
  const [below, above] = [drawn.filter((value) => value <= 0).length, drawn.filter((value) => value >= 0).length]
  const p = Math.min(1, (2 * Math.min(below, above)) / drawn.length)
  return { difference, low: quantile(0.025), high: quantile(0.975), p }
}

/** NaN where a judge gives no such score. */
function average(byJudge: CountsByJudge, chosen: readonly number[], measure: TextMeasure): number {
  const scores = byJudge.map((sentences) => scoresOf(sumCounts(chosen.map((i) => sentences[i]!)))[measure] ?? Number.NaN)
  return scores.reduce((sum, score) => sum + score, 0) / scores.length
}
