import type { Tensor } from '../device/memory.js'
import { poseLossGrad, poseLoss as poseLossKernel, poseLossReport } from '../kernels/pose_loss.js'
import type { Graph } from './graph.js'

export type LossKind = 'mse' | 'l1'

export interface PoseLossInputs {
  /** [B, T, S]: what should have been predicted. */
  readonly goal: Tensor
  /** u32 [B]: frames that count. */
  readonly frames: Tensor
  /** f32 [B]: weight of each sample, 1 unless the sampler says otherwise. */
  readonly weight: Tensor
  /** f32 [B]: what turns a sample's sum into its share of the loss, e.g. 1 / (B · frames · numbers). */
  readonly coefficient: Tensor
  /** f32 [1]: the median error that a reward of one half stands for. */
  readonly medianError: Tensor
}

/** Records the loss of predicted frames and starts the way back. Returns report [B, 4]: loss share, error, reward, weight. */
export function poseLoss(
  g: Graph,
  pred: Tensor,
  inputs: PoseLossInputs,
  options: { numbers: number; coords: number; kind: LossKind },
): Tensor {
  const [batch, length, stride] = pred.shape as [number, number, number]
  const { goal, frames, weight, coefficient, medianError } = inputs
  const { numbers, coords } = options
  const kind = options.kind === 'mse' ? 0 : 1
  const rowSums = g.tensor('row_sums', [batch, length, 2])
  const report = g.tensor('report', [batch, 4])
  g.recorder.run(poseLossKernel, { pred, goal, frames, rowSums }, { batch, length, stride, numbers, coords, kind })
  g.recorder.run(poseLossReport, { rowSums, frames, weight, coefficient, reference: medianError, report }, { batch, length, coords })
  if (g.training) {
    const dpred = g.tensor('dpred', pred.shape)
    g.recorder.run(poseLossGrad, { pred, goal, frames, weight, coefficient, dpred }, { batch, length, stride, numbers, kind })
    g.seedSlope(pred, dpred)
  }
  return report
}
