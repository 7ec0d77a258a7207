// The plain-loop twin of shaders/gelu*.wgsl, in float64, written with tanh where the shaders use exp.

const ROOT = Math.sqrt(2 / Math.PI)
const CUBIC = 0.044715

/** y[i] = x[i]/2 · (1 + tanh(√(2/π) · (x[i] + 0.044715 x[i]³))) */
export function gelu(x: Float64Array): Float64Array {
  return x.map((v) => (v / 2) * (1 + Math.tanh(ROOT * (v + CUBIC * v ** 3))))
}

/** dx[i] = dy[i] · the derivative of the above at x[i] */
export function geluGrad(x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((grad, i) => {
    const v = x[i]!
    const t = Math.tanh(ROOT * (v + CUBIC * v ** 3))
    return grad * ((1 + t) / 2 + (v / 2) * (1 - t * t) * ROOT * (1 + 3 * CUBIC * v * v))
  })
}
