import type { Tensor } from '../device/memory.js'
import { boneLossReport } from '../kernels/bone_loss.js'
import { pointLossGrad, pointLoss as pointLossKernel } from '../kernels/point_loss.js'
import { poseLossReport } from '../kernels/pose_loss.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'
import type { LossKind, PoseLossInputs } from './pose_loss.js'

export { pointColumn } from '../kernels/point_loss.js'

export interface PointLossInputs extends PoseLossInputs {
  /** [B, T, S]: what each number of the goal counts; 0 for what was not seen, whatever stands there, past a clip's end and in padding. */
  readonly weights: Tensor
  /** u32 [S]: what each column is, `pointColumn`. */
  readonly kinds: Tensor
  /** [B, 2]: what a sample's cross-entropy of scores and its velocity count beside the error of places, weights included. */
  readonly shares: Tensor
}

/**
 * Records the loss of predicted points and adds its gradient: errors of numbers, each times its weight; of scores, which are logits, the cross-entropy with
 * whether the point was seen; and of coordinates the squared error of their change since the frame before, times the weights of both frames. Returns
 * `samples` [B, 4] as `poseLoss`, and `terms` [B, 2]: a sample's shares of cross-entropy and velocity, which are in its loss.
 */
export function pointLoss(
  g: Graph,
  pred: Tensor,
  inputs: PointLossInputs,
  { coords, kind }: { coords: number; kind: LossKind },
): { samples: Tensor; terms: Tensor } {
  const [batch, length, stride] = pred.shape as [number, number, number]
  const { goal, weights, kinds, shares, frames, weight: sample, coefficient, medianError } = inputs
  const params = { batch, length, stride, absolute: kind === 'mse' ? 0 : 1 }
  const rowSums = g.tensor('row_sums', [batch, length, 2])
  const rowTerms = g.tensor('row_terms', [batch, length, 2])
  const samples = g.tensor('report', [batch, 4])
  const terms = g.tensor('terms', [batch, 2])
  const given = { pred, goal, weight: weights, kinds, shares }
  g.recorder.run(pointLossKernel, { ...given, rowSums, terms: rowTerms }, params)
  const counted = { frames, weight: sample, coefficient }
  g.recorder.run(poseLossReport, { rowSums, ...counted, reference: medianError, report: samples }, { batch, length, coords })
  g.recorder.run(boneLossReport, { rowSums: rowTerms, ...counted, report: terms }, { batch, length })
  if (g.requiresGrad(pred)) {
    const way = { ...given, sample, coefficient: sharesForGrads(g, coefficient) }
    g.addGrad(
      pred,
      (dpred) => g.recorder.run(pointLossGrad, { ...way, dpred }, { ...params, accumulate: 0 }),
      (dpred) => g.recorder.run(pointLossGrad, { ...way, dpred }, { ...params, accumulate: 1 }),
    )
  }
  return { samples, terms }
}
