import {
  batchNorm,
  batchNormGrad,
  batchNormMoments,
  batchNormStatistics,
  batchNormSums,
  batchNormWeightGrad,
  SLICE,
  slicesOf,
} from '../src/kernels/batch_norm.js'
import { workload } from './workload.js'

// The embedded frames of the sign language transformer: batch 8, 150 frames, width 512.
const shape = { batch: 8, length: 150, width: 512 }
const { batch, width } = shape
const n = batch * shape.length * width
const sliced = { ...shape, slice: SLICE }
const sums = 2 * slicesOf(sliced) * width
const lengths = Uint32Array.from({ length: batch }, () => shape.length)
const epsilon = 1e-5
// Mean 0 and variance 1: noise would have negative variances.
const statistics = Float32Array.from({ length: 2 * width }, (_, i) => (i < width ? 0 : 1))
const note = 'judge frames'

export default [
  workload(batchNormMoments, note, sliced, { x: n, lengths, moments: sums }),
  workload(batchNormStatistics, note, { ...sliced, momentum: 0.1 }, { moments: sums, lengths, statistics: 2 * width, running: 2 * width }),
  workload(batchNorm, note, { ...shape, epsilon }, { x: n, lengths, statistics, gamma: width, beta: width, y: n }),
  workload(batchNormSums, note, { ...sliced, epsilon }, { x: n, lengths, statistics, dy: n, sums }),
  workload(batchNormWeightGrad, note, sliced, { sums, lengths, dGamma: width, dBeta: width, means: 2 * width }),
  workload(
    batchNormGrad,
    note,
    { ...shape, epsilon, accumulate: 0 },
    { x: n, lengths, statistics, gamma: width, dy: n, means: 2 * width, dx: n },
  ),
]
