// The plain-loop twin of shaders/linear*.wgsl, in float64. Slow on purpose: nothing here may be clever.

import { dropout } from './dropout.js'

export interface LinearSize {
  rows: number
  inner: number
  cols: number
}

/** y[m,n] = Σ_k x[m,k]·w[n,k] + b[n]; no bias without b. */
export function linear(x: Float64Array, w: Float64Array, b: Float64Array | undefined, { rows, inner, cols }: LinearSize): Float64Array {
  const y = new Float64Array(rows * cols)
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < cols; n++) {
      let sum = b ? b[n]! : 0
      for (let k = 0; k < inner; k++) sum += x[m * inner + k]! * w[n * inner + k]!
      y[m * cols + n] = sum
    }
  }
  return y
}

export interface LinearFinish {
  relu?: boolean
  residual?: Float64Array
  /** As `dropout` takes them. */
  drops?: { seed: Uint32Array; stream: number; rate: number }
}

/** y = residual + drop(relu(sums)), each where it is given. */
export function finished(sums: Float64Array, { relu, residual, drops }: LinearFinish): Float64Array {
  const bent = relu ? sums.map((v) => Math.max(v, 0)) : sums
  const kept = drops ? dropout(bent, drops.seed, drops.stream, drops.rate) : bent
  return residual ? kept.map((v, i) => v + residual[i]!) : kept
}

/** The gradient before a ReLU and a dropout of `rate` that left x, of the gradient behind them: 0 where x is 0, larger by 1/(1 - rate) elsewhere. */
export function gated(grad: Float64Array, x: Float64Array, rate: number): Float64Array {
  return grad.map((v, i) => (x[i]! > 0 ? v / (1 - rate) : 0))
}

/** dx[m,k] = Σ_n dy[m,n]·w[n,k] */
export function linearGrad(dy: Float64Array, w: Float64Array, { rows, inner, cols }: LinearSize): Float64Array {
  const dx = new Float64Array(rows * inner)
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < cols; n++) {
      for (let k = 0; k < inner; k++) dx[m * inner + k]! += dy[m * cols + n]! * w[n * inner + k]!
    }
  }
  return dx
}

/** dw[n,k] = Σ_m dy[m,n]·x[m,k]; db[n] = Σ_m dy[m,n] */
export function linearWeightGrad(x: Float64Array, dy: Float64Array, { rows, inner, cols }: LinearSize) {
  const dw = new Float64Array(cols * inner)
  const db = new Float64Array(cols)
  for (let m = 0; m < rows; m++) {
    for (let n = 0; n < cols; n++) {
      db[n]! += dy[m * cols + n]!
      for (let k = 0; k < inner; k++) dw[n * inner + k]! += dy[m * cols + n]! * x[m * inner + k]!
    }
  }
  return { dw, db }
}
