// The plain-loop twin of shaders/column_sum.wgsl, in float64.

/** sum[c] = Σ_r x[r,c], of x [rows, cols] */
export function columnSum(x: Float64Array, cols: number): Float64Array {
  const sum = new Float64Array(cols)
  x.forEach((v, i) => {
    sum[i % cols]! += v
  })
  return sum
}
