// The plain-loop twin of shaders/gelu_erf*.wgsl, in float64.

/** y[i] = x[i] · Φ(x[i]) */
export function geluErf(x: Float64Array): Float64Array {
  return x.map((v) => v * shareBelow(v))
}

/** dx[i] = dy[i] · (Φ(x[i]) + x[i] · φ(x[i])) */
export function geluErfGrad(x: Float64Array, dy: Float64Array): Float64Array {
  return dy.map((grad, i) => grad * (shareBelow(x[i]!) + x[i]! * density(x[i]!)))
}

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

/** Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …): Marsaglia, "Evaluating the Normal Distribution", 2004. */
function shareBelow(x: number): number {
  if (Math.abs(x) > 30) return x > 0 ? 1 : 0
  let [sum, term] = [x, x]
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd
    sum += term
  }
  return 0.5 + density(x) * sum
}
