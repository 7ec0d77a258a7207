import type { Tensor } from '../device/memory.js'
import { poseLossGrad, poseLoss as poseLossKernel, poseLossReport } from '../kernels/pose_loss.js'
import { rewardWeightKind, rewardWeights } from '../kernels/reward_weights.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

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

/** What rewards do to a batch's samples, where they do anything. */
export type RewardUse =
  /** Each counts by softmax(intensity·reward)·B. */
  | { readonly kind: 'regression'; readonly intensity: number }
  /** The score function's gradient: `action` [B, T, S] is what was tried, the prediction plus `spread` times a normal. */
  | { readonly kind: 'policy'; readonly action: Tensor; readonly spread: number }

/** Records the loss of predicted frames and starts the way back. Returns report [B, 4]: loss share, error, reward, weight. */
export function poseLoss(
  g: Graph,
  pred: Tensor,
  inputs: PoseLossInputs,
  options: { numbers: number; coords: number; kind: LossKind; reward?: RewardUse | undefined },
): Tensor {
  const [batch, length, stride] = pred.shape as [number, number, number]
  const { goal, frames, weight, coefficient, medianError } = inputs
  const { numbers, coords, reward } = options
  const kind = options.kind === 'mse' ? 0 : 1
  const rowSums = g.tensor('row_sums', [batch, length, 2])
  const report = g.tensor('report', [batch, 4])
  const judged = reward?.kind === 'policy' ? reward.action : pred
  g.recorder.run(poseLossKernel, { pred: judged, goal, frames, rowSums }, { batch, length, stride, numbers, coords, kind })
  g.recorder.run(poseLossReport, { rowSums, frames, weight, coefficient, reference: medianError, report }, { batch, length, coords })
  // In training rewards weigh the report's shares too, whether or not anything learns from them.
  const [steered, towards, gradKind] = g.training && reward ? steer(g, report, goal, kind, reward) : [weight, goal, kind]
  if (g.requiresGrad(pred)) {
    const way = { pred, goal: towards, frames, weight: steered, coefficient: sharesForGrads(g, coefficient) }
    g.addGrad(pred, (dpred) => g.recorder.run(poseLossGrad, { ...way, dpred }, { batch, length, stride, numbers, kind: gradKind }))
  }
  return report
}

/** The samples' weights by their rewards, and what the gradient leads towards with them: the goal, or the action that was tried. */
function steer(g: Graph, report: Tensor, goal: Tensor, kind: number, reward: RewardUse): [weight: Tensor, towards: Tensor, kind: number] {
  const batch = report.shape[0]!
  const weight = g.tensor('reward_weight', [batch])
  const [intensity, spread] = reward.kind === 'regression' ? [reward.intensity, 1] : [0, reward.spread]
  g.recorder.run(rewardWeights, { report, weight }, { batch, kind: rewardWeightKind[reward.kind], intensity, spread })
  return reward.kind === 'regression' ? [weight, goal, kind] : [weight, reward.action, 0]
}
