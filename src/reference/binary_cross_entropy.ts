// The plain-loop twin of shaders/binary_cross_entropy*.wgsl, in float64.

export interface BinaryShape {
  readonly rows: number
  readonly classes: number
  readonly stride: number
}

/** As float32 has it, which the bound of a test at the bound must meet. */
const LEAST = Math.fround(1e-8)

/** loss[r] = Σ_v -goal·log q - (1 - goal)·log(1 - q), q = p from 1e-8 to 1, each logarithm at least -100 */
export function binaryCrossEntropy(p: Float64Array, goal: Float64Array, { rows, classes, stride }: BinaryShape): Float64Array {
  const loss = new Float64Array(rows)
  for (let r = 0; r < rows; r++)
    for (let v = 0; v < classes; v++) {
      const q = Math.min(1, Math.max(LEAST, p[r * stride + v]!))
      const wanted = goal[r * stride + v]!
      loss[r]! -= wanted * Math.max(-100, Math.log(q)) + (1 - wanted) * Math.max(-100, Math.log1p(-q))
    }
  return loss
}

/** dp = coefficient · (p - goal) / max(p·(1 - p), 1e-12); 0 in padding columns and where p is not from 1e-8 to 1 */
export function binaryCrossEntropyGrad(
  p: Float64Array,
  goal: Float64Array,
  coefficient: Float64Array,
  { rows, classes, stride }: BinaryShape,
): Float64Array {
  const dp = new Float64Array(rows * stride)
  for (let r = 0; r < rows; r++)
    for (let i = r * stride; i < r * stride + classes; i++) {
      const q = p[i]!
      if (q >= LEAST && q <= 1) dp[i] = (coefficient[r]! * (q - goal[i]!)) / Math.max(q * (1 - q), 1e-12)
    }
  return dp
}
