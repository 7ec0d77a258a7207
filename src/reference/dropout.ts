// The plain-loop twin of shaders/dropout.wgsl: the same elements dropped, the rest scaled in float64.

import { pcg4d } from './pcg4d.js'

/** y[i] = x[i] / (1 - rate) where kept, else 0. `rate` as the shader sees it, a float32 value in [0, 1). Its gradient is itself, of dy. */
export function dropout(x: Float64Array, seed: Uint32Array, stream: number, rate: number): Float64Array {
  const threshold = Math.floor(rate * 2 ** 32)
  return x.map((v, i) => {
    const bits = pcg4d(i >>> 2, stream, seed[0]!, seed[1]!)[i & 3]!
    return bits >= threshold ? v / (1 - rate) : 0
  })
}
