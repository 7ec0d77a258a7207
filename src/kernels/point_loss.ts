import { defineKernel, lanes } from '../device/kernel.js'

/** What a column of a frame is, as the loss on points takes it. */
export const pointColumn = { coordinate: 0, score: 1, other: 2 } as const

/**
 * rowSums[b,t] = (Σ weight·error + shares[b,0]·Σ weight·cross-entropy of the scores + shares[b,1]·Σ weight·weight of the frame before·(change of the
 * error)², Σ error over coordinates that count); terms[b,t] = its second and third summand. Errors are squared, or absolute where
 * `absolute` is 1. Scores are logits. What has weight 0, as all past a clip's end and in padding, may hold anything.
 * pred, goal, weight: [batch, length, stride], stride a multiple of 4; kinds: u32 [stride], `pointColumn`; shares: [batch, 2];
 * rowSums, terms: [batch, length, 2].
 */
export const pointLoss = defineKernel({
  name: 'point_loss',
  buffers: {
    pred: 'read',
    goal: 'read',
    weight: 'read',
    kinds: 'read',
    shares: 'read',
    rowSums: 'write',
    terms: 'write',
  },
  params: { batch: 'u32', length: 'u32', stride: 'u32', absolute: 'u32' },
  workgroups: ({ batch, length }) => lanes(batch * length, 64),
  cost: ({ batch, length, stride }) => ({ flops: 20 * batch * length * stride, bytes: 4 * batch * length * (3 * stride + 4) + 4 * stride }),
})

/**
 * The gradient at pred of Σ_b sample·coefficient·Σ_t of pointLoss' first row sum; exactly 0 where the weight is 0, and where the factor is 0.
 * Shapes as pointLoss'; sample, coefficient: [batch]; dpred: [batch, length, stride]. `accumulate` 1 adds onto dpred, 0 replaces it.
 */
export const pointLossGrad = defineKernel({
  name: 'point_loss_grad',
  buffers: {
    pred: 'read',
    goal: 'read',
    weight: 'read',
    kinds: 'read',
    shares: 'read',
    sample: 'read',
    coefficient: 'read',
    dpred: 'write',
  },
  params: { batch: 'u32', length: 'u32', stride: 'u32', absolute: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, length, stride }) => lanes((batch * length * stride) / 4, 256),
  cost: ({ batch, length, stride, accumulate }) => ({
    flops: 30 * batch * length * stride,
    bytes: 4 * batch * length * (4 + accumulate) * stride + 4 * stride,
  }),
})
