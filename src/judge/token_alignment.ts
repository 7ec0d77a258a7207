// Which token was read as which: the least replacements, insertions and deletions between two lists.

export interface TokenPair {
  /** Absent where the token was put in. */
  readonly wanted?: string
  /** Absent where the token was left out. */
  readonly said?: string
}

export interface TokenAlignment {
  readonly edits: number
  readonly pairs: readonly TokenPair[]
}

/** Levenshtein's alignment, each edit of cost 1; among equals a pair is taken before a token left out, and that before one put in. */
export function alignTokens(wanted: readonly string[], said: readonly string[]): TokenAlignment {
  const [rows, columns] = [wanted.length + 1, said.length + 1]
  const cost = new Int32Array(rows * columns)
  for (let i = 0; i < rows; i++) cost[i * columns] = i
  for (let j = 0; j < columns; j++) cost[j] = j
  const paired = (i: number, j: number) => cost[(i - 1) * columns + j - 1]! + (wanted[i - 1] === said[j - 1] ? 0 : 1)
  for (let i = 1; i < rows; i++)
    for (let j = 1; j < columns; j++)
      cost[i * columns + j] = Math.min(paired(i, j), cost[(i - 1) * columns + j]! + 1, cost[i * columns + j - 1]! + 1)
  const pairs: TokenPair[] = []
  let [i, j] = [rows - 1, columns - 1]
  while (i > 0 || j > 0) {
    const here = cost[i * columns + j]!
    if (i > 0 && j > 0 && here === paired(i, j)) pairs.push({ wanted: wanted[--i]!, said: said[--j]! })
    else if (i > 0 && here === cost[(i - 1) * columns + j]! + 1) pairs.push({ wanted: wanted[--i]! })
    else pairs.push({ said: said[--j]! })
  }
  return { edits: cost[rows * columns - 1]!, pairs: pairs.reverse() }
}
