// The plain-loop twin of shaders/relu*.wgsl, in float64.

/** max(0, x + residual) */
export const relu = (x: Float64Array, residual?: Float64Array): Float64Array =>
  x.map((v, i) => Math.max(0, v + (residual ? residual[i]! : 0)))

/** dy where y is above 0 */
export const reluGrad = (y: Float64Array, dy: Float64Array): Float64Array => dy.map((v, i) => (y[i]! > 0 ? v : 0))
