// The plain-loop twin of shaders/sigmoid*.wgsl, in float64.

/** y[i] = 1 / (1 + exp(-x[i])) */
export function sigmoid(x: Float64Array): Float64Array {
  return x.map((v) => 1 / (1 + Math.exp(-v)))
}

/** dx[i] = dy[i] · exp(-|x[i]|) / (1 + exp(-|x[i]|))² */
export function sigmoidGrad(x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((grad, i) => {
    const e = Math.exp(-Math.abs(x[i]!))
    return (grad * e) / (1 + e) ** 2
  })
}
