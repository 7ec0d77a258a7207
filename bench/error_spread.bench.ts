import { errorSpread } from '../src/kernels/error_spread.js'
import { workload } from './workload.js'

// A batch of pt-base: 8 samples padded to 152 frames of 151 numbers, kept 152 apart.
const [batch, length, stride] = [8, 152, 152]
const n = batch * length * stride
const frames = Uint32Array.of(152, 140, 133, 120, 117, 101, 96, 80)
const real = frames.reduce((sum, count) => sum + count)

export default [
  workload(
    errorSpread,
    'pt-base batch',
    { batch, length, stride },
    { pred: n, goal: n, frames, spread: 2 * stride },
    errorSpread.cost({ batch: 1, length: real, stride }),
  ),
]
