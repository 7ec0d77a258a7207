// The plain-loop twin of shaders/top_log_probs.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface TopLogProbsShape {
  readonly rows: number
  readonly classes: number
  readonly stride: number
  readonly k: number
}

/** The k highest log-probabilities of each row, [rows, k], and their classes; the lower class of two alike first. */
export function topLogProbs(
  logits: Float64Array,
  { rows, classes, stride, k }: TopLogProbsShape,
): { value: Float64Array; id: Uint32Array } {
  const value = new Float64Array(rows * k)
  const id = new Uint32Array(rows * k)
  for (let r = 0; r < rows; r++) {
    const row = logits.subarray(r * stride, r * stride + classes)
    const high = row.reduce((a, b) => Math.max(a, b))
    const top = high + Math.log(row.reduce((sum, x) => sum + Math.exp(x - high), 0))
    const order = Array.from(row.keys()).sort((a, b) => (row[a] === row[b] ? a - b : row[a]! > row[b]! ? -1 : 1))
    for (let n = 0; n < k; n++) {
      value[r * k + n] = row[order[n]!]! - top
      id[r * k + n] = order[n]!
    }
  }
  return { value, id }
}
