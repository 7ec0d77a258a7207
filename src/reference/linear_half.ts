// The plain-loop twin of shaders/linear*.wgsl with operands in f16, in float64: linear's, with operands rounded first. Slow on purpose.

import { type LinearSize, linear, linearGrad, linearWeightGrad } from './linear.js'
import { nearestHalf } from './to_half.js'

const halves = (x: Float64Array): Float64Array => x.map(nearestHalf)

/** y[m,n] = Σ_k half(x[m,k])·half(w[n,k]) + b[n]; no bias without b. */
export function linearHalf(x: Float64Array, w: Float64Array, b: Float64Array | undefined, size: LinearSize): Float64Array {
  return linear(halves(x), halves(w), b, size)
}

/** dx[m,k] = Σ_n half(dy[m,n])·half(w[n,k]) */
export function linearHalfGrad(dy: Float64Array, w: Float64Array, size: LinearSize): Float64Array {
  return linearGrad(halves(dy), halves(w), size)
}

/** dw[n,k] = Σ_m half(dy[m,n])·half(x[m,k]); db[n] = Σ_m dy[m,n] */
export function linearHalfWeightGrad(x: Float64Array, dy: Float64Array, size: LinearSize) {
  const { dw } = linearWeightGrad(halves(x), halves(dy), size)
  const { db } = linearWeightGrad(x, dy, size)
  return { dw, db }
}
