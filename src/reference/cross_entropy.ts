// The plain-loop twin of shaders/cross_entropy*.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface CrossEntropyShape {
  readonly rows: number
  readonly classes: number
  readonly stride: number
  readonly ignored: number
  readonly smoothing: number
}

const counts = (goal: number, { classes, ignored }: CrossEntropyShape) => goal !== ignored && goal < classes

/** result [rows, 2] of (loss, logSumExp); (0, 0) in rows that do not count. */
export function crossEntropy(logits: Float64Array, goal: Uint32Array, shape: CrossEntropyShape): Float64Array {
  const { rows, classes, stride, smoothing } = shape
  const result = new Float64Array(2 * rows)
  for (let r = 0; r < rows; r++) {
    if (!counts(goal[r]!, shape)) continue
    const row = logits.subarray(r * stride, r * stride + classes)
    const high = Math.max(...row)
    const top = high + Math.log(row.reduce((sum, x) => sum + Math.exp(x - high), 0))
    const all = row.reduce((sum, x) => sum + x, 0)
    result[2 * r] = top - (1 - smoothing) * row[goal[r]!]! - (smoothing / classes) * all
    result[2 * r + 1] = top
  }
  return result
}

/** dlogits [rows, stride] = coefficient · (softmax − smoothed goal); 0 in padding. */
export function crossEntropyGrad(
  logits: Float64Array,
  goal: Uint32Array,
  result: Float64Array,
  coefficient: Float64Array,
  shape: CrossEntropyShape,
): Float64Array {
  const { rows, classes, stride, smoothing } = shape
  const dlogits = new Float64Array(rows * stride)
  for (let r = 0; r < rows; r++) {
    if (!counts(goal[r]!, shape) || coefficient[r] === 0) continue
    for (let v = 0; v < classes; v++) {
      const share = Math.exp(logits[r * stride + v]! - result[2 * r + 1]!)
      const wanted = (v === goal[r] ? 1 - smoothing : 0) + smoothing / classes
      dlogits[r * stride + v] = coefficient[r]! * (share - wanted)
    }
  }
  return dlogits
}
