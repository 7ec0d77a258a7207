// The plain-loop twin of shaders/next_frame.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface Decoding {
  /** Frames generated so far, [B]. */
  readonly lengths: Uint32Array
  /** 0, or the number of frames of a sample that stopped, [B]. */
  readonly done: Uint32Array
  /** The decoder's input, [B,S]. */
  readonly input: Float64Array
  /** The last frames, [B,kept,S]. */
  readonly frames: Float64Array
}

export interface NextFrameSize {
  readonly batch: number
  readonly capacity: number
  readonly stride: number
  readonly coords: number
  readonly predStride: number
  readonly predCounter: number
  readonly inputStride: number
  readonly inputCounter: number
  readonly kept: number
}

/** Takes pred [B,predStride] as the next frame of every sample that is not done; policy [B,4] = (delta, counterStep, stopAt, mode). */
export function nextFrame(
  { lengths, done, input, frames }: Decoding,
  pred: Float64Array,
  policy: Float64Array,
  size: NextFrameSize,
): Decoding {
  const { batch, capacity, stride, coords, predStride, predCounter, inputStride, inputCounter, kept } = size
  const after = { lengths: lengths.slice(), done: done.slice(), input: input.slice(), frames: frames.slice() }
  for (let b = 0; b < batch; b++) {
    const t = lengths[b]!
    if (done[b] !== 0 || t >= capacity) continue
    const [delta, counterStep, stopAt, mode] = policy.subarray(4 * b, 4 * b + 4) as unknown as [number, number, number, number]
    let c = (t + 1) * counterStep
    let ahead = c
    if (mode === 0) {
      c = input[b * inputStride + inputCounter]! + delta
      const told = pred[b * predStride + predCounter]!
      if (told > c) c = told
      if (c > stopAt) c = stopAt
      ahead = c + (0.5 * c) / (t + 1)
    }
    const upTo = (last: number, j: number) => (j < last ? pred[b * predStride + j]! : j === last ? c : 0)
    for (let j = 0; j < stride; j++) after.frames[(b * kept + (t % kept)) * stride + j] = upTo(coords, j)
    for (let j = 0; j < inputStride; j++) after.input[b * inputStride + j] = upTo(inputCounter, j)
    after.lengths[b] = t + 1
    if (ahead >= stopAt || t + 1 >= capacity) after.done[b] = t + 1
  }
  return after
}
