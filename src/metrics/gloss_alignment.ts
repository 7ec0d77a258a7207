// The alignment that gloss recognition is scored by: it costs more to replace a gloss than to insert or delete one, but less than both.

const COST = { substitution: 4, insertion: 3, deletion: 3 } as const

/** Bits of the table of costs: the published script's table has 8, and wraps around where an alignment costs more than 255. */
export const alignmentTables = ['int32', 'uint8'] as const
export type AlignmentTable = (typeof alignmentTables)[number]

/**
 * How the hypothesis is aligned with the reference, in order: `C` correct, `S` replaced, `I` inserted, `D` deleted. Where several
 * alignments cost the same, from the end on, a match goes before a replacement, that before an insertion, that before a deletion.
 *
 * @param table `uint8` gives what the published script gives beyond about 64 tokens, which is no alignment any more; for comparison only
 */
export function alignGlosses(reference: readonly string[], hypothesis: readonly string[], table: AlignmentTable = 'int32'): string {
  const width = hypothesis.length + 1
  const costs = costsOf(reference, hypothesis, table)
  const steps: string[] = []
  // The limit only stops a walk that has lost its way in a table that wrapped around.
  const limit = 3 * (reference.length + hypothesis.length)
  let [i, j] = [reference.length, hypothesis.length]
  while ((i > 0 || j > 0) && steps.length <= limit) {
    const here = costs[i * width + j]!
    const diagonal = i > 0 && j > 0 ? costs[(i - 1) * width + j - 1]! : Number.NaN
    if (here === diagonal && reference[i - 1] === hypothesis[j - 1]) {
      steps.push('C')
      ;[i, j] = [i - 1, j - 1]
    } else if (here === diagonal + COST.substitution) {
      steps.push('S')
      ;[i, j] = [i - 1, j - 1]
    } else if (j > 0 && here === costs[i * width + j - 1]! + COST.insertion) {
      steps.push('I')
      j--
    } else {
      steps.push('D')
      i = Math.max(0, i - 1)
    }
  }
  return steps.reverse().join('')
}

/** The cheapest alignment of the first i glosses of the reference with the first j of the hypothesis, at i · (length of the hypothesis + 1) + j. */
function costsOf(reference: readonly string[], hypothesis: readonly string[], table: AlignmentTable): Int32Array | Uint8Array {
  const width = hypothesis.length + 1
  const costs = new { int32: Int32Array, uint8: Uint8Array }[table]((reference.length + 1) * width)
  for (let j = 1; j < width; j++) costs[j] = j * COST.insertion
  for (let i = 1; i <= reference.length; i++) {
    costs[i * width] = i * COST.deletion
    for (let j = 1; j < width; j++) {
      const at = i * width + j
      const diagonal = costs[at - width - 1]!
      costs[at] =
        reference[i - 1] === hypothesis[j - 1]
          ? diagonal
          : Math.min(diagonal + COST.substitution, costs[at - 1]! + COST.insertion, costs[at - width]! + COST.deletion)
    }
  }
  return costs
}
