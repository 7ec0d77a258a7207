// Levenshtein's distance between sequences of whatever can be compared.

/** The least number of insertions, deletions and replacements that make `a` into `b`. */
export function editDistance<T>(a: readonly T[], b: readonly T[]): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, item] of a.entries()) {
    const row = [i + 1]
    for (const [j, other] of b.entries()) row.push(Math.min(above[j]! + (item === other ? 0 : 1), above[j + 1]! + 1, row[j]! + 1))
    above = row
  }
  return above[b.length]!
}
