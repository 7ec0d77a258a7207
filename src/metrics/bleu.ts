// BLEU over a whole corpus with one reference and cumulative orders. By default as the sign-language field counts it: tokens between spaces, no
// smoothing. The options give sacreBLEU's forms.

import { type CorpusMetric, summed, type TextPair } from './corpus_metric.js'
import type { Smoothing, Tokeniser } from './text_metric_names.js'
import { cutters } from './tokenisers.js'

/** BLEU-1 to BLEU-4 in percent. */
export type Bleu = readonly [number, number, number, number]

export interface BleuOptions {
  /** Default `ws`. */
  readonly tokeniser?: Tokeniser
  /** Default `none`: an order without a match makes its BLEU and those above it 0. */
  readonly smoothing?: Smoothing
  /** Leaves out orders that no hypothesis is long enough for, as sacreBLEU's sentence scores do; they count 0 otherwise. Default false. */
  readonly effectiveOrder?: boolean
}

/** What BLEU is made of. */
export interface BleuCounts {
  /** k-grams of the hypotheses that their references hold, clipped, for k = 1 to 4; and all k-grams of the hypotheses. */
  readonly matches: readonly number[]
  readonly totals: readonly number[]
  /** Their ratios in percent, not smoothed; 0 where there are no k-grams. */
  readonly precisions: readonly number[]
  /** min(1, exp(1 − r/c)); 0 where nothing was said. */
  readonly brevity: number
  /** Tokens of all hypotheses c, and of all references r. */
  readonly hypothesisLength: number
  readonly referenceLength: number
}

const ORDERS = 4
const HYPOTHESIS = 2 * ORDERS
const REFERENCE = HYPOTHESIS + 1

/**
 * 100 · BP · (p₁ ⋯ pₙ)^(1/n) for n = 1 to 4, where pₖ is the share of the hypotheses' k-grams that their references hold, clipped, and
 * BP = min(1, exp(1 − r/c)). By default an order without a match makes its BLEU and those above it 0: sacreBLEU's raw corpus BLEU with `tok:none`
 * and `smooth:none`. All 0 for no pairs.
 */
export function corpusBleu(pairs: readonly TextPair[], options: BleuOptions = {}): Bleu {
  if (pairs.length === 0) return [0, 0, 0, 0]
  const metric = bleuMetric(options)
  return metric.scores(summed(metric, pairs)) as Bleu
}

/** The counts behind {@link corpusBleu}. Throws ERR_DATA for no pairs. */
export function bleuCounts(pairs: readonly TextPair[], options: Pick<BleuOptions, 'tokeniser'> = {}): BleuCounts {
  return countsOf(summed(bleuMetric(options), pairs))
}

/** BLEU-1 to BLEU-4 as sums over sentences. */
export function bleuMetric(options: BleuOptions = {}): CorpusMetric {
  const { tokeniser = 'ws', smoothing = 'none', effectiveOrder = false } = options
  const cut = cutters[tokeniser]
  return {
    names: Array.from({ length: ORDERS }, (_, k) => ({ key: `bleu${k + 1}`, label: `BLEU-${k + 1}` })),
    method: `tok:${tokeniser}|smooth:${smoothing}|eff:${effectiveOrder ? 'y' : 'n'}`,
    higherIsBetter: true,
    statistics: ({ hypothesis, reference }) => statistics(cut(hypothesis), cut(reference)),
    scores: (sum) => scoresOf(sum, smoothing, effectiveOrder),
    counts: (sum) => ({ ...countsOf(sum) }),
  }
}

/** Matches by order, totals by order, both lengths. */
function statistics(said: readonly string[], wanted: readonly string[]): Float64Array {
  const counts = new Float64Array(REFERENCE + 1)
  counts[HYPOTHESIS] = said.length
  counts[REFERENCE] = wanted.length
  for (let n = 1; n <= ORDERS; n++) {
    const left = gramCounts(wanted, n)
    for (const [gram, times] of gramCounts(said, n)) {
      counts[n - 1]! += Math.min(times, left.get(gram) ?? 0)
      counts[ORDERS + n - 1]! += times
    }
  }
  return counts
}

function scoresOf(sum: Float64Array, smoothing: Smoothing, effectiveOrder: boolean): number[] {
  const { matches, totals, brevity } = countsOf(sum)
  const nothing = matches.every((count) => count === 0) // sacreBLEU smooths only what is partly right
  let [logs, orders, smallest] = [0, 0, 1]
  return totals.map((total, k) => {
    if (total > 0 || !effectiveOrder) {
      orders++
      if (matches[k]! > 0) logs += Math.log(matches[k]! / total)
      else if (smoothing === 'exp' && total > 0 && !nothing) {
        smallest /= 2
        logs += Math.log(smallest / total)
      } else logs = -Infinity
    }
    return orders === 0 ? 0 : 100 * brevity * Math.exp(logs / orders)
  })
}

function countsOf(sum: Float64Array): BleuCounts {
  const matches = [...sum.subarray(0, ORDERS)]
  const totals = [...sum.subarray(ORDERS, HYPOTHESIS)]
  const [hypothesisLength, referenceLength] = [sum[HYPOTHESIS]!, sum[REFERENCE]!]
  return {
    matches,
    totals,
    precisions: totals.map((total, k) => (total > 0 ? (100 * matches[k]!) / total : 0)),
    brevity: hypothesisLength === 0 ? 0 : Math.min(1, Math.exp(1 - referenceLength / hypothesisLength)),
    hypothesisLength,
    referenceLength,
  }
}

function gramCounts(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= tokens.length; i++) {
    const gram = tokens.slice(i, i + n).join(' ')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}
