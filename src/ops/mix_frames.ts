import type { Tensor } from '../device/memory.js'
import { mixFrames as mixFramesKernel } from '../kernels/mix_frames.js'
import type { Graph } from './graph.js'

export interface MixedInputs {
  /** [B, T, P]: what was predicted from a decoder's inputs, frame t in row t. */
  readonly pred: Tensor
  /** u32 [B]: frames that count. */
  readonly lengths: Tensor
  /** [1]: the probability that a frame is a predicted one. */
  readonly share: Tensor
}

/**
 * In training, a decoder's input frames [B, T, S] with some of them as it predicted them itself: coordinates only, the counter is left alone.
 * Passes of the same `stream` mix the same frames. No gradient goes back to the prediction.
 */
export function mixFrames(g: Graph, frames: Tensor, { pred, lengths, share }: MixedInputs, stream: number, coords: number): Tensor {
  if (!g.training) return frames
  const [batch, length, stride] = frames.shape as [number, number, number]
  const y = g.tensor('mixed', frames.shape)
  const params = { batch, length, stride, predStride: pred.shape.at(-1)!, coords, stream }
  g.recorder.run(mixFramesKernel, { x: frames, pred, frames: lengths, share, seed: g.training.seed, y }, params)
  return y
}
