import type { Tensor } from '../device/memory.js'
import { boneLossGrad, boneLoss as boneLossKernel, boneLossReport } from '../kernels/bone_loss.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'
import type { PoseLossInputs } from './pose_loss.js'

export interface BoneLossInputs extends Pick<PoseLossInputs, 'goal' | 'frames' | 'weight' | 'coefficient'> {
  /** [2, S]: centre and scale of each column, what a model's number is in the data's units. */
  readonly units: Tensor
}

export interface BoneLossOptions {
  /** Numbers of a frame that `coefficient` is a mean over: a sample's losses are means over its frames, by the same shares. */
  readonly numbers: number
  /** Weights of the two losses; a velocity of 0 costs nothing. */
  readonly bones: number
  readonly velocity: number
}

/**
 * Records the losses on bones and on velocity of predicted frames and adds their gradient. Returns report [B, 2]: each sample's share of the two,
 * weights included.
 *
 * Bones: the mean over frames and 49 bones of the squared difference between the unit directions of the predicted and of the true bone, so that a
 * finger's bone counts as much as an upper arm; its length does not matter, but for a predicted bone of less than a quarter of the true length, which
 * is pulled longer too.
 * Velocity: the mean over frames and 49 bones of the squared error of the direction's change since the frame before, plus the mean over frames and 50
 * joints of that of the joint's change, in the model's units. Joints alone would see little but the arms, which carry all 42 joints of the hands along;
 * directions alone would not see how far an arm goes. A clip's first frame has no velocity and counts as one without error.
 * A true bone shorter than 1e-6 in the data's units has no direction and counts as one without error: the means are always over 49.
 */
export function boneLoss(g: Graph, pred: Tensor, inputs: BoneLossInputs, { numbers, ...weights }: BoneLossOptions): Tensor {
  const [batch, length, stride] = pred.shape as [number, number, number]
  const { goal, frames, weight, coefficient, units } = inputs
  // A share of a sum over frames and numbers, times the numbers, is one of a sum over frames.
  const params = { batch, length, stride, bones: weights.bones * numbers, velocity: weights.velocity * numbers }
  const rowSums = g.tensor('row_sums', [batch, length, 2])
  const report = g.tensor('report', [batch, 2])
  g.recorder.run(boneLossKernel, { pred, goal, units, frames, rowSums }, params)
  g.recorder.run(boneLossReport, { rowSums, frames, weight, coefficient, report }, { batch, length })
  if (g.requiresGrad(pred)) {
    const way = { pred, goal, units, frames, weight, coefficient: sharesForGrads(g, coefficient) }
    g.addGrad(
      pred,
      (dpred) => g.recorder.run(boneLossGrad, { ...way, dpred }, { ...params, accumulate: 0 }),
      (dpred) => g.recorder.run(boneLossGrad, { ...way, dpred }, { ...params, accumulate: 1 }),
    )
  }
  return report
}
