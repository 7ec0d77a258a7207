// Whether an epoch's order is a shuffle: each clip once, and where a clip lies in the corpus says nothing of when it is trained on.

import type { BatchPlan } from '../../src/train/batches.js'

export interface OrderFigures {
  /** Each example once. */
  readonly isPermutation: boolean
  /** Rank correlation of the place in the corpus with that in the epoch. */
  readonly withCorpus: number
  /** Of the places in two epochs that follow each other. */
  readonly withNextEpoch: number
  /** Four standard deviations of such a correlation where there is none; batches of like lengths, whose clips stay together, are few. */
  readonly bound: number
  /** Share of pairs that stand next to each other in the epoch and in the corpus too; of a random order, two by the number of clips. */
  readonly neighbours: number
}

/** Compares the epochs of a group with the corpus, in which example 0 lies first. */
export function orderFigures(epoch: readonly BatchPlan[], next: readonly BatchPlan[], examples: number): OrderFigures {
  const order = epoch.flatMap(({ examples: own }) => own)
  const places = placesIn(order, examples)
  const all = Float64Array.from({ length: examples }, (_, i) => i)
  let neighbours = 0
  for (let i = 1; i < order.length; i++) if (Math.abs(order[i]! - order[i - 1]!) === 1) neighbours++
  return {
    isPermutation: order.length === examples && new Set(order).size === examples,
    withCorpus: correlation(all, places),
    withNextEpoch: correlation(
      places,
      placesIn(
        next.flatMap(({ examples: own }) => own),
        examples,
      ),
    ),
    bound: 4 / Math.sqrt(examples - 1) + 8 / epoch.length,
    neighbours: neighbours / (order.length - 1),
  }
}

function placesIn(order: readonly number[], examples: number): Float64Array {
  const places = new Float64Array(examples)
  for (const [place, example] of order.entries()) places[example] = place
  return places
}

/** Pearson's, of numbers that are ranks already. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (a.length - 1) / 2
  let [both, own] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    both += (a[i]! - mean) * (b[i]! - mean)
    own += (a[i]! - mean) ** 2
  }
  return both / own
}
