// The plain-loop twin of shaders/mean_pool*.wgsl, in float64.

/** y[b,:] = the mean of x[b,u,:] over u < lengths[b], 0 for none. x [batch, length, width] */
export function meanPool(x: Float64Array, lengths: Uint32Array, length: number, width: number): Float64Array {
  const y = new Float64Array(lengths.length * width)
  lengths.forEach((tokens, b) => {
    for (let u = 0; u < tokens; u++) {
      for (let c = 0; c < width; c++) y[b * width + c]! += x[(b * length + u) * width + c]! / tokens
    }
  })
  return y
}

/** dx[b,u,:] = dy[b,:] / lengths[b] for u < lengths[b], else 0 */
export function meanPoolGrad(dy: Float64Array, lengths: Uint32Array, length: number, width: number): Float64Array {
  const dx = new Float64Array(lengths.length * length * width)
  lengths.forEach((tokens, b) => {
    for (let u = 0; u < tokens; u++) {
      for (let c = 0; c < width; c++) dx[(b * length + u) * width + c] = dy[b * width + c]! / tokens
    }
  })
  return dx
}
