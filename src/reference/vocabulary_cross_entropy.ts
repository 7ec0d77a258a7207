// The plain-loop twin of shaders/vocabulary_cross_entropy*.wgsl, in float64.

export interface VocabularyShard {
  readonly rows: number
  /** Classes of this shard, those from `first` on. */
  readonly classes: number
  readonly stride: number
  readonly first: number
  /** Classes of all shards. */
  readonly total: number
  readonly ignored: number
  readonly smoothing: number
}

const counts = (goal: number, { total, ignored }: VocabularyShard) => goal !== ignored && goal < total

/** The four sums of each row [rows, 4] with this shard's logits, onto those `before` it; and the result [rows, 2] that they make. */
export function vocabularyCrossEntropy(logits: Float64Array, goal: Uint32Array, shard: VocabularyShard, before?: Float64Array) {
  const { rows, classes, stride, first, total, smoothing } = shard
  const sums = new Float64Array(4 * rows)
  const result = new Float64Array(2 * rows)
  for (let r = 0; r < rows; r++) {
    const [high, powers, told, sum] = before ? before.subarray(4 * r) : [-3.4e38, 0, 0, 0]
    const row = counts(goal[r]!, shard) ? logits.subarray(r * stride, r * stride + classes) : new Float64Array()
    const highest = Math.max(high!, ...row)
    const all = row.reduce((sum, x) => sum + Math.exp(x - highest), powers! * Math.exp(high! - highest))
    const right = told! + (row[goal[r]! - first] ?? 0)
    const every = row.reduce((sum, x) => sum + x, sum!)
    sums.set([highest, all, right, every], 4 * r)
    if (row.length === 0) continue
    const top = highest + Math.log(all)
    result.set([top - (1 - smoothing) * right - (smoothing / total) * every, top], 2 * r)
  }
  return { sums, result }
}

/** The gradient [rows, stride] at a shard's logits: coefficient · (softmax − what is wanted); 0 in padding. */
export function vocabularyCrossEntropyGrad(
  logits: Float64Array,
  goal: Uint32Array,
  result: Float64Array,
  coefficient: Float64Array,
  shard: VocabularyShard,
): Float64Array {
  const { classes, stride, first, total, smoothing } = shard
  return logits.map((x, i) => {
    const [r, v] = [Math.floor(i / stride), i % stride]
    if (v >= classes || !counts(goal[r]!, shard) || coefficient[r] === 0) return 0
    const wanted = (first + v === goal[r] ? 1 - smoothing : 0) + smoothing / total
    return coefficient[r]! * (Math.exp(x - result[2 * r + 1]!) - wanted)
  })
}
