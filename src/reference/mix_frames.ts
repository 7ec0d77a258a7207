// The plain-loop twin of shaders/mix_frames.wgsl: the same random words, so the same choices.

import { pcg4d } from './pcg4d.js'

export interface MixedFrames {
  readonly batch: number
  readonly length: number
  readonly stride: number
  readonly predStride: number
  /** Columns from the left that a prediction replaces. */
  readonly coords: number
  readonly stream: number
  /** As the shader sees it, a float32 value. */
  readonly share: number
}

/** y[b,t,c] = pred[b,t-1,c] where c < coords, 0 < t < frames[b] and frame (b,t) is drawn with probability share, else x[b,t,c]. */
export function mixFrames(
  x: Float64Array,
  pred: Float64Array,
  frames: Uint32Array,
  seed: Uint32Array,
  { batch, length, stride, predStride, coords, stream, share }: MixedFrames,
): Float64Array {
  const y = x.slice()
  for (let b = 0; b < batch; b++) {
    for (let t = 1; t < Math.min(frames[b]!, length); t++) {
      const row = b * length + t
      if ((pcg4d(row, stream, seed[0]!, seed[1]!)[0] >>> 8) / 2 ** 24 >= share) continue
      for (let c = 0; c < coords; c++) y[row * stride + c] = pred[(row - 1) * predStride + c]!
    }
  }
  return y
}
