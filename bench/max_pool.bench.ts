import { maxPool, maxPoolGrad } from '../src/kernels/max_pool.js'
import { workload } from './workload.js'

// Behind the first convolution over time of GFSLT, batch 8; behind that of ResNet-18, eight frames.
const signing = { batch: 8, height: 1, width: 124, channels: 1024, down: 1, across: 62, kernelHeight: 1, kernelWidth: 2, step: 2, edge: 0 }
const images = { batch: 8, height: 112, width: 112, channels: 64, down: 56, across: 56, kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 }
const [frames, pairs, pixels, squares] = [8 * 124 * 1024, 8 * 62 * 1024, 8 * 112 * 112 * 64, 8 * 56 * 56 * 64]
const all = (length: number) => new Uint32Array(8).fill(length)

export default [
  workload(maxPool, 'GFSLT over time', signing, { x: frames, lengths: all(124), y: pairs, places: pairs }),
  workload(
    maxPoolGrad,
    'GFSLT over time',
    { ...signing, accumulate: 0 },
    { dy: pairs, places: new Uint32Array(pairs), lengths: all(124), dx: frames },
  ),
  workload(maxPool, 'ResNet-18', images, { x: pixels, lengths: all(112), y: squares, places: squares }),
]
