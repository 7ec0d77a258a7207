import { defineKernel, lanes } from '../device/kernel.js'

// A direction of a predicted and of a true bone: two differences of scaled places, two lengths, two quotients.
const BONE_FLOPS = 50

/** Rows of a clip that one workgroup owns. */
const ROWS = 8

/**
 * rowSums[b,t] = (bones · mean over the 49 bones of |e|², velocity · (mean over the bones of |e − e of the frame before|² + mean over the 50
 * joints of |d − d of the frame before|²)); 0 past frames[b], and no velocity in a clip's first frame. e is the predicted minus the true unit
 * direction of a bone, d the predicted minus the true joint in the model's units. A true bone shorter than 1e-6 in the data's units counts as
 * one without error.
 * pred, goal: [batch, length, stride], joints first, in the model's units, padding rows and columns may hold anything; units: [2, stride], centre
 * and scale of each column; frames: u32 [batch]; rowSums: [batch, length, 2]. stride at least 150.
 */
export const boneLoss = defineKernel({
  name: 'bone_loss',
  buffers: { pred: 'read', goal: 'read', units: 'read', frames: 'read', rowSums: 'write' },
  params: { batch: 'u32', length: 'u32', stride: 'u32', bones: 'f32', velocity: 'f32' },
  workgroups: ({ batch, length }) => lanes(batch * Math.ceil(length / ROWS), 1),
  cost: ({ batch, length, stride, velocity }) => ({
    flops: batch * length * (49 * BONE_FLOPS + (velocity > 0 ? 1000 : 0)),
    bytes: 4 * batch * length * (300 + 2) + 8 * stride,
  }),
})

/**
 * report[b] = coefficient·weight·Σ_t rowSums[b,t]: a sample's shares of the losses on bones and on velocity.
 * rowSums: [batch, length, 2]; frames: u32 [batch]; weight, coefficient: [batch]; report: [batch, 2].
 */
export const boneLossReport = defineKernel({
  name: 'bone_loss_report',
  buffers: { rowSums: 'read', frames: 'read', weight: 'read', coefficient: 'read', report: 'write' },
  params: { batch: 'u32', length: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 64),
  cost: ({ batch, length }) => ({ flops: 2 * batch * length, bytes: 4 * batch * (2 * length + 5) }),
})

/**
 * The gradient at pred of Σ_b coefficient·weight·Σ_t of both of boneLoss' rowSums; exactly 0 in padding rows, past the joints, and where the factor
 * is 0. Shapes as boneLoss'; weight, coefficient: [batch]; dpred: [batch, length, stride]. `accumulate` 1 adds onto dpred, 0 replaces it.
 */
export const boneLossGrad = defineKernel({
  name: 'bone_loss_grad',
  buffers: { pred: 'read', goal: 'read', units: 'read', frames: 'read', weight: 'read', coefficient: 'read', dpred: 'write' },
  params: { batch: 'u32', length: 'u32', stride: 'u32', bones: 'f32', velocity: 'f32', accumulate: 'u32' },
  workgroups: ({ batch, length }) => lanes(batch * Math.ceil(length / ROWS), 1),
  cost: ({ batch, length, stride, velocity, accumulate }) => ({
    flops: batch * length * (49 * (BONE_FLOPS + 20) + (velocity > 0 ? 1500 : 300)),
    bytes: 4 * batch * length * (300 + (1 + accumulate) * stride) + 8 * stride,
  }),
})
