import { defineKernel } from '../device/kernel.js'

/** Values of the param `kind`. */
export const rewardWeightKind = { regression: 0, policy: 1 } as const

/**
 * Weights of a batch's samples by their rewards: softmax(intensity·reward)·batch, which also scales each share in the report, or, for a
 * Gaussian policy of deviation `spread`, (reward − mean)/(2·spread²). report: [batch, 4] as pose_loss_report leaves it; weight: [batch].
 */
export const rewardWeights = defineKernel({
  name: 'reward_weights',
  buffers: { report: 'update', weight: 'write' },
  params: { batch: 'u32', kind: 'u32', intensity: 'f32', spread: 'f32' },
  workgroups: () => [1],
  // An exponential counts as eight.
  cost: ({ batch }) => ({ flops: 20 * batch, bytes: 36 * batch }),
})
