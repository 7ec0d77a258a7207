import { scaledResidual, scaledResidualGrad, scaledResidualWeightGrad } from '../src/kernels/scaled_residual.js'
import { workload } from './workload.js'

// After every branch of the sign encoder: batch 8, 256 frames, width 512, the last layer's drop rate.
const [batch, length, width] = [8, 256, 512]
const n = batch * length * width
const paths = { length, stream: 3, rate: 0.1 }
const seed = Uint32Array.of(1, 2, 0, 0)
const note = 'sign encoder'

export default [
  workload(scaledResidual, note, { n, width, ...paths }, { x: n, branch: n, gamma: width, seed, y: n }),
  workload(scaledResidualGrad, note, { n, width, ...paths, accumulate: 0 }, { dy: n, gamma: width, seed, dbranch: n }),
  workload(scaledResidualWeightGrad, note, { rows: batch * length, scales: width, ...paths }, { branch: n, dy: n, seed, dGamma: width }),
]
