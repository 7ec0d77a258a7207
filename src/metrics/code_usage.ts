// How often each code of a codebook is taken, how many codes that comes to, and whether rows of one label have one code.

/** Rows of each of `count` codes; indices of count and more are no rows. */
export function usage(index: ArrayLike<number>, count: number): Float64Array {
  const rows = new Float64Array(count)
  for (let r = 0; r < index.length; r++) if (index[r]! < count) rows[index[r]!]!++
  return rows
}

/** exp of the entropy of how often codes are taken: as many codes, taken equally often, would be as hard to guess. 1 where nothing is taken. */
export function perplexity(usage: Float64Array): number {
  const rows = usage.reduce((sum, times) => sum + times, 0)
  return Math.exp(-usage.reduce((sum, times) => sum + (times > 0 ? (times / rows) * Math.log(times / rows) : 0), 0))
}

/**
 * Purity: the share of rows whose label is the most frequent one of their code. More codes are purer whatever they mean: compare only equally many.
 */
export function purity(index: ArrayLike<number>, labels: ArrayLike<number | string>): number {
  const counts = new Map<number, Map<number | string, number>>()
  for (let r = 0; r < index.length; r++) {
    const ofCode = counts.get(index[r]!) ?? new Map<number | string, number>()
    ofCode.set(labels[r]!, (ofCode.get(labels[r]!) ?? 0) + 1)
    counts.set(index[r]!, ofCode)
  }
  return [...counts.values()].reduce((sum, ofCode) => sum + Math.max(...ofCode.values()), 0) / Math.max(1, index.length)
}
