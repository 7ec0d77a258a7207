// The plain-loop twin of shaders/relu*.wgsl, in float64. Slow on purpose: nothing here may be clever.

/** y[i] = max(x[i], 0) */
export function relu(x: Float64Array): Float64Array {
  return x.map((v) => Math.max(v, 0))
}

/** dx[i] = dy[i] where x[i] > 0, else 0 */
export function reluGrad(x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((v, i) => (x[i]! > 0 ? v : 0))
}
