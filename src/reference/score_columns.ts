// The plain-loop twin of shaders/score_columns.wgsl, in float64.

/** y[r,c] = 1 / (1 + exp(-x[r,c])) where marked[c] is 1, else x[r,c] */
export function scoreColumns(x: Float64Array, marked: Uint32Array): Float64Array {
  return x.map((value, i) => (marked[i % marked.length] === 1 ? 1 / (1 + Math.exp(-value)) : value))
}
