// The plain-loop twin of shaders/scaled_residual*.wgsl, in float64: the same clips dropped.

import { pcg4d } from './pcg4d.js'

export interface Paths {
  /** Numbers of a row, rows of a clip. */
  readonly width: number
  readonly length: number
  /** u32 [4], of which two are used. */
  readonly seed: Uint32Array
  readonly stream: number
  /** As the shader sees it, a float32 value in [0, 1). */
  readonly rate: number
}

/** y[b,t,c] = x[b,t,c] + keep[b] · gamma[c] · branch[b,t,c] */
export function scaledResidual(x: Float64Array, branch: Float64Array, gamma: Float64Array, paths: Paths): Float64Array {
  return x.map((v, i) => {
    const keep = keepOf(i, paths)
    return keep === 0 ? v : v + keep * gamma[i % paths.width]! * branch[i]!
  })
}

/** dbranch[b,t,c] = keep[b] · gamma[c] · dy[b,t,c]; the gradient at x is dy. */
export function scaledResidualGrad(dy: Float64Array, gamma: Float64Array, paths: Paths): Float64Array {
  return dy.map((grad, i) => {
    const keep = keepOf(i, paths)
    return keep === 0 ? 0 : keep * gamma[i % paths.width]! * grad
  })
}

/** dGamma[c] = Σ keep[b] · branch[b,t,c] · dy[b,t,c] */
export function scaledResidualWeightGrad(branch: Float64Array, dy: Float64Array, paths: Paths): Float64Array {
  const dGamma = new Float64Array(paths.width)
  dy.forEach((grad, i) => {
    const keep = keepOf(i, paths)
    if (keep !== 0) dGamma[i % paths.width]! += keep * branch[i]! * grad
  })
  return dGamma
}

/** What the branch is multiplied by at number i: 0 in a clip that is dropped. */
function keepOf(i: number, { width, length, seed, stream, rate }: Paths): number {
  const clip = Math.floor(i / (width * length))
  const bits = pcg4d(clip >>> 2, stream, seed[0]!, seed[1]!)[clip & 3]!
  return bits >= Math.floor(rate * 2 ** 32) ? 1 / (1 - rate) : 0
}
