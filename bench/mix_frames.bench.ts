import { mixFrames } from '../src/kernels/mix_frames.js'
import { workload } from './workload.js'

// The decoder's input frames: batch 8, 150 frames of 150 coordinates, a counter and one number of padding, half of them predicted.
const [batch, length, stride] = [8, 150, 152]
const rows = batch * length

export default [
  workload(
    mixFrames,
    'pt-base input frames',
    { batch, length, stride, predStride: stride, coords: 150, stream: 0 },
    {
      x: rows * stride,
      pred: rows * stride,
      frames: new Uint32Array(batch).fill(length),
      share: Float32Array.of(0.5),
      seed: Uint32Array.of(1, 2, 0, 0),
      y: rows * stride,
    },
  ),
]
