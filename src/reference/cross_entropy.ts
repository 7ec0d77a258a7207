// The plain-loop twin of shaders/cross_entropy*.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface CrossEntropyShape {
  readonly rows: number
  readonly classes: number
  readonly stride: number
  readonly ignored: number
  readonly smoothing: number
  /** 0: as PyTorch smooths labels; 1: as JoeyNMT does. */
  readonly kind: number
}

const counts = (goal: number, { classes, ignored }: CrossEntropyShape) => goal !== ignored && goal < classes

/** What is wanted of class v where the right one is `goal`; all classes together 1. */
function wanted(v: number, goal: number, { classes, ignored, smoothing, kind }: CrossEntropyShape): number {
  if (kind === 0) return (v === goal ? 1 - smoothing : 0) + smoothing / classes
  if (v === goal) return 1 - smoothing
  return v === ignored ? 0 : smoothing / (classes - 2)
}

/** result [rows, 2] of (loss, logSumExp); (0, 0) in rows that do not count. */
export function crossEntropy(logits: Float64Array, goal: Uint32Array, shape: CrossEntropyShape): Float64Array {
  const { rows, classes, stride, kind } = shape
  const result = new Float64Array(2 * rows)
  for (let r = 0; r < rows; r++) {
    if (!counts(goal[r]!, shape)) continue
    const row = logits.subarray(r * stride, r * stride + classes)
    const high = Math.max(...row)
    const top = high + Math.log(row.reduce((sum, x) => sum + Math.exp(x - high), 0))
    let loss = top
    for (let v = 0; v < classes; v++) {
      const share = wanted(v, goal[r]!, shape)
      if (share === 0) continue
      loss -= share * row[v]!
      if (kind === 1) loss += share * Math.log(share)
    }
    result[2 * r] = loss
    result[2 * r + 1] = top
  }
  return result
}

/** dlogits [rows, stride] = coefficient · (softmax − what is wanted); 0 in padding. */
export function crossEntropyGrad(
  logits: Float64Array,
  goal: Uint32Array,
  result: Float64Array,
  coefficient: Float64Array,
  shape: CrossEntropyShape,
): Float64Array {
  const { rows, classes, stride } = shape
  const dlogits = new Float64Array(rows * stride)
  for (let r = 0; r < rows; r++) {
    if (!counts(goal[r]!, shape) || coefficient[r] === 0) continue
    for (let v = 0; v < classes; v++) {
      const share = Math.exp(logits[r * stride + v]! - result[2 * r + 1]!)
      dlogits[r * stride + v] = coefficient[r]! * (share - wanted(v, goal[r]!, shape))
    }
  }
  return dlogits
}
