import { elements, type Tensor } from '../device/memory.js'
import { frameNoise as frameNoiseKernel } from '../kernels/frame_noise.js'
import type { Graph } from './graph.js'

/** In training, frames [B, T, S] plus rate·sigma[c]·N(0,1) on the coordinates; the counter column is left alone. */
export function frameNoise(g: Graph, frames: Tensor, sigma: Tensor, rate: number, coords: number): Tensor {
  if (!g.training || rate === 0) return frames
  const stride = frames.shape.at(-1)!
  const y = g.tensor('noisy', frames.shape)
  const params = { rows: elements(frames.shape) / stride, stride, coords, stream: g.nextStream(), rate }
  g.recorder.run(frameNoiseKernel, { x: frames, sigma, seed: g.training.seed, y }, params)
  return y
}
