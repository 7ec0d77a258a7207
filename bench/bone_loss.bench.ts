import { boneLoss, boneLossGrad, boneLossReport } from '../src/kernels/bone_loss.js'
import { workload } from './workload.js'

// As pose_loss: a batch of 8 samples padded to 152 frames of 151 numbers, kept 152 apart. Both losses.
const [batch, length, stride] = [8, 152, 152]
const n = batch * length * stride
const frames = Uint32Array.of(152, 140, 133, 120, 117, 101, 96, 80)
const real = frames.reduce((sum, count) => sum + count)
const weights = { bones: 1, velocity: 1 }
const inputs = { pred: n, goal: n, units: 2 * stride, frames }

export default [
  workload(
    boneLoss,
    'pt-base batch',
    { batch, length, stride, ...weights },
    { ...inputs, rowSums: batch * length * 2 },
    boneLoss.cost({ batch: 1, length: real, stride, ...weights }),
  ),
  workload(
    boneLossReport,
    'pt-base batch',
    { batch, length },
    { rowSums: batch * length * 2, frames, weight: batch, coefficient: batch, report: batch * 2 },
  ),
  workload(
    boneLossGrad,
    'pt-base batch',
    { batch, length, stride, ...weights, accumulate: 1 },
    { ...inputs, weight: batch, coefficient: batch, dpred: n },
    boneLossGrad.cost({ batch: 1, length: real, stride, ...weights, accumulate: 1 }),
  ),
]
