import { poseLoss, poseLossGrad, poseLossKind, poseLossReport } from '../src/kernels/pose_loss.js'
import { workload } from './workload.js'

// A batch of pt-base: 8 samples padded to 152 frames of 151 numbers, kept 152 apart.
const [batch, length, stride, numbers, coords] = [8, 152, 152, 151, 150]
const n = batch * length * stride
const frames = Uint32Array.of(152, 140, 133, 120, 117, 101, 96, 80)
const real = frames.reduce((sum, count) => sum + count)
const kind = poseLossKind.squared

export default [
  workload(
    poseLoss,
    'pt-base batch',
    { batch, length, stride, numbers, coords, kind },
    { pred: n, goal: n, frames, rowSums: batch * length * 2 },
    poseLoss.cost({ batch: 1, length: real, stride, numbers, coords, kind }),
  ),
  workload(
    poseLossReport,
    'pt-base batch',
    { batch, length, coords },
    { rowSums: batch * length * 2, frames, weight: batch, coefficient: batch, reference: 1, report: batch * 4 },
  ),
  workload(
    poseLossGrad,
    'pt-base batch',
    { batch, length, stride, numbers, kind },
    { pred: n, goal: n, frames, weight: batch, coefficient: batch, dpred: n },
    // Padding is not read, but its gradients are set to 0.
    { flops: 3 * real * stride, bytes: 4 * (2 * real + batch * length) * stride },
  ),
]
