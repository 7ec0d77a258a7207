// How often each code of a codebook is taken, and how many codes that comes to.

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
