// The plain-loop twin of shaders/add_positions.wgsl, in float64.

/** y[r,:] = x[r,:] + table[at[r],:] */
export function addPositions(x: Float64Array, table: Float64Array, at: Uint32Array, width: number): Float64Array {
  const y = new Float64Array(x.length)
  for (let r = 0; r < at.length; r++) {
    for (let c = 0; c < width; c++) y[r * width + c] = x[r * width + c]! + table[at[r]! * width + c]!
  }
  return y
}
