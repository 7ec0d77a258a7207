import { defineKernel, lanes } from '../device/kernel.js'

/** Values of the param `kind`: what is summed over a frame's numbers. */
export const poseLossKind = { squared: 0, absolute: 1 } as const

/**
 * rowSums[b,t] = (Σ over the first `numbers`, Σ over the first `coords`) of (pred − goal)² or |pred − goal|; 0 past frames[b].
 * pred, goal: [batch, length, stride], stride a multiple of 4, whose padding may hold anything; frames: u32 [batch];
 * rowSums: [batch, length, 2].
 */
export const poseLoss = defineKernel({
  name: 'pose_loss',
  buffers: { pred: 'read', goal: 'read', frames: 'read', rowSums: 'write' },
  params: { batch: 'u32', length: 'u32', stride: 'u32', numbers: 'u32', coords: 'u32', kind: 'u32' },
  workgroups: ({ batch, length }) => lanes(batch * length, 64),
  // Per number: the difference, its square or size, and an addition to each of two sums.
  cost: ({ batch, length, numbers }) => ({ flops: 4 * batch * length * numbers, bytes: 4 * batch * length * (2 * numbers + 2) }),
})

/**
 * report[b] = (share of the loss, mean error, reward 2^(−error/reference), weight): share = coefficient·weight·Σ_t rowSums[b,t,0],
 * error = Σ_t rowSums[b,t,1] / (frames·coords). The reward is 1 while `reference`, the running median error, is 0.
 * rowSums: [batch, length, 2]; frames: u32 [batch]; weight, coefficient: [batch]; reference: [1]; report: [batch, 4].
 */
export const poseLossReport = defineKernel({
  name: 'pose_loss_report',
  buffers: { rowSums: 'read', frames: 'read', weight: 'read', coefficient: 'read', reference: 'read', report: 'write' },
  params: { batch: 'u32', length: 'u32', coords: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 64),
  cost: ({ batch, length }) => ({ flops: 2 * batch * length, bytes: 4 * batch * (2 * length + 7) + 4 }),
})

/**
 * dpred = weight·coefficient·2(pred − goal), or ·sign(pred − goal); exactly 0 in padding rows and columns, and where the factor is 0.
 * pred, goal, dpred: [batch, length, stride], stride a multiple of 4; frames: u32 [batch]; weight, coefficient: [batch].
 */
export const poseLossGrad = defineKernel({
  name: 'pose_loss_grad',
  buffers: { pred: 'read', goal: 'read', frames: 'read', weight: 'read', coefficient: 'read', dpred: 'write' },
  params: { batch: 'u32', length: 'u32', stride: 'u32', numbers: 'u32', kind: 'u32' },
  workgroups: ({ batch, length, stride }) => lanes((batch * length * stride) / 4, 256),
  cost: ({ batch, length, stride }) => ({ flops: 3 * batch * length * stride, bytes: 12 * batch * length * stride }),
})
