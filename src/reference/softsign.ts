// The plain-loop twin of shaders/softsign*.wgsl, in float64.

/** y[i] = x[i] / (1 + |x[i]|) */
export function softsign(x: Float64Array): Float64Array {
  return x.map((v) => v / (1 + Math.abs(v)))
}

/** dx[i] = dy[i] / (1 + |x[i]|)² */
export function softsignGrad(x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((grad, i) => grad / (1 + Math.abs(x[i]!)) ** 2)
}
