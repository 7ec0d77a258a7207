// Whether two peers did the same work.

/** Largest difference between two results, by the largest number of the first; infinite where lengths differ or a number is none. */
export function largestDifference(wanted: readonly number[], got: readonly number[]): number {
  if (wanted.length !== got.length || wanted.length === 0) return Number.POSITIVE_INFINITY
  const scale = Math.max(...wanted.map(Math.abs))
  const difference = Math.max(...wanted.map((value, i) => Math.abs(value - (got[i] ?? Number.NaN))))
  return Number.isFinite(difference) && scale > 0 ? difference / scale : Number.POSITIVE_INFINITY
}
