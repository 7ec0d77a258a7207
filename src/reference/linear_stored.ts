// The plain-loop twin of shaders/linear.wgsl with weights stored as f16, in float64: linear's, with the weights rounded first.

import { type LinearSize, linear, linearGrad } from './linear.js'
import { nearestHalf } from './to_half.js'

/** y[m,n] = Σ_k x[m,k]·half(w[n,k]) + b[n]; no bias without b. */
export function linearStored(x: Float64Array, w: Float64Array, b: Float64Array | undefined, size: LinearSize): Float64Array {
  return linear(x, w.map(nearestHalf), b, size)
}

/** dx[m,k] = Σ_n dy[m,n]·half(w[n,k]) */
export function linearStoredGrad(dy: Float64Array, w: Float64Array, size: LinearSize): Float64Array {
  return linearGrad(dy, w.map(nearestHalf), size)
}
