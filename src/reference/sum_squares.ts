// The plain-loop twin of shaders/sum_squares.wgsl, in float64. Slow on purpose: nothing here may be clever.

/** Σ x[i]². The kernel's partial sums are an order of adding, not part of the result: they are compared by their total. */
export function sumSquares(x: Float64Array): number {
  let sum = 0
  for (const v of x) sum += v * v
  return sum
}
