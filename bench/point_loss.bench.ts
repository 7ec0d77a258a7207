import { pointLoss, pointLossGrad } from '../src/kernels/point_loss.js'
import { workload } from './workload.js'

// A batch of the SignDW Transformer: 120 clips of 96 frames of 384 numbers.
const [batch, length, stride] = [120, 96, 384]
const n = batch * length * stride
const rows = batch * length
const given = { pred: n, goal: n, weight: n, kinds: new Uint32Array(stride), shares: 2 * batch }

export default [
  workload(pointLoss, 'signdw batch', { batch, length, stride, absolute: 0 }, { ...given, rowSums: 2 * rows, terms: 2 * rows }),
  workload(
    pointLossGrad,
    'signdw batch',
    { batch, length, stride, absolute: 0, accumulate: 0 },
    { ...given, sample: batch, coefficient: batch, dpred: n },
  ),
]
