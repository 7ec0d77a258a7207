// The plain-loop twin of shaders/frame_noise.wgsl: the same random words, the transform in float64.

import { pcg4d } from './pcg4d.js'

/** Where the noise goes and how much there is. */
export interface FrameNoise {
  readonly stride: number
  /** Columns from the left that get noise. */
  readonly coords: number
  readonly stream: number
  readonly rate: number
}

/** y[r,c] = x[r,c] + rate · sigma[c] · normal[r,c] in the first `coords` of `stride` columns, x[r,c] in the others. */
export function frameNoise(
  x: Float64Array,
  sigma: Float64Array,
  seed: Uint32Array,
  { stride, coords, stream, rate }: FrameNoise,
): Float64Array {
  return x.map((v, i) => {
    const c = i % stride
    return c < coords ? v + rate * sigma[c]! * normal(i, stream, seed) : v
  })
}

/** Box and Muller: words 0 and 1 make normals 0 and 1 of a vec4, words 2 and 3 the other two. */
function normal(i: number, stream: number, seed: Uint32Array): number {
  const words = pcg4d(i >>> 2, stream, seed[0]!, seed[1]!)
  const pair = i & 2
  const radius = Math.sqrt(-2 * Math.log(((words[pair]! >>> 8) + 1) / 2 ** 24))
  const angle = ((words[pair + 1]! >>> 8) / 2 ** 24 - 0.5) * 2 * Math.PI
  return radius * ((i & 1) === 0 ? Math.cos(angle) : Math.sin(angle))
}
