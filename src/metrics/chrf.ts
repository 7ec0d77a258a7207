// chrF2: n-grams of characters, white space left out. It needs no words, so it also compares languages that write no spaces, and inflected ones.

import { type CorpusMetric, scoreCorpus, type TextPair } from './corpus_metric.js'
import { withoutSpace } from './white_space.js'

const ORDERS = 6
/** Recall weighs twice as much as precision. */
const BETA = 2

/**
 * chrF2 in percent: (1 + β²)PR / (β²P + R), P and R being means over n = 1 to 6 of the corpus' matched n-grams of code points over those of
 * the hypotheses, and of the references. Orders that one side has no n-gram of are left out. 0 for no pairs.
 */
export function corpusChrf(pairs: readonly TextPair[]): number {
  return pairs.length === 0 ? 0 : scoreCorpus(chrfMetric(), pairs)[0]!
}

/** chrF2 as sums over sentences: for each n the n-grams of the hypotheses, of the references, and those of both. */
export function chrfMetric(): CorpusMetric {
  return {
    names: [{ key: 'chrf2', label: 'chrF2' }],
    method: `chars:${ORDERS}|words:0|space:n`,
    higherIsBetter: true,
    statistics,
    scores: (sum) => [scoreOf(sum)],
    counts: (sum) => ({ hypothesisReferenceMatches: [...sum] }),
  }
}

function statistics({ hypothesis, reference }: TextPair): Float64Array {
  const counts = new Float64Array(3 * ORDERS)
  const said = [...withoutSpace(hypothesis)]
  const wanted = [...withoutSpace(reference)]
  for (let n = 1; n <= ORDERS; n++) {
    const left = gramCounts(wanted, n)
    let matches = 0
    for (const [gram, times] of gramCounts(said, n)) matches += Math.min(times, left.get(gram) ?? 0)
    counts.set([Math.max(0, said.length - n + 1), Math.max(0, wanted.length - n + 1), matches], 3 * (n - 1))
  }
  return counts
}

function gramCounts(characters: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (let i = 0; i + n <= characters.length; i++) {
    const gram = characters.slice(i, i + n).join('')
    counts.set(gram, (counts.get(gram) ?? 0) + 1)
  }
  return counts
}

function scoreOf(sum: Float64Array): number {
  let [precision, recall, orders] = [0, 0, 0]
  for (let i = 0; i < sum.length; i += 3) {
    const [said, wanted, matches] = [sum[i]!, sum[i + 1]!, sum[i + 2]!]
    if (said === 0 || wanted === 0) continue
    precision += matches / said
    recall += matches / wanted
    orders++
  }
  if (precision + recall === 0) return 0
  precision /= orders
  recall /= orders
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall)
}
