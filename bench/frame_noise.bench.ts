import { frameNoise } from '../src/kernels/frame_noise.js'
import { workload } from './workload.js'

// The decoder's input frames: batch 8, 150 frames of 150 coordinates, a counter and one number of padding.
const rows = 8 * 150
const stride = 152
const seed = Uint32Array.of(1, 2, 0, 0)

export default [
  workload(
    frameNoise,
    'pt-base input frames',
    { rows, stride, coords: 150, stream: 0, rate: 0.1 },
    { x: rows * stride, sigma: stride, seed, y: rows * stride },
  ),
]
