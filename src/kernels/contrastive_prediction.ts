import { defineKernel, lanes } from '../device/kernel.js'

/**
 * result [predictions, slots, 2] = (weight · loss, slope) of each prediction with each of its partners: slot 0 is the row that comes, the others are
 * not. h [predictions, width], z [rows, width], width a multiple of 4; partner u32 [predictions, slots], `rows` and more for none; weight
 * [predictions, slots].
 */
export const contrastivePrediction = defineKernel({
  name: 'contrastive_prediction',
  buffers: { h: 'read', z: 'read', partner: 'read', weight: 'read', result: 'write' },
  params: { predictions: 'u32', rows: 'u32', width: 'u32', slots: 'u32' },
  workgroups: ({ predictions, slots }) => lanes(predictions * slots, 64),
  cost: ({ predictions, rows, width, slots }) => ({
    flops: 2 * predictions * slots * width,
    bytes: 4 * (predictions + rows) * width + 16 * predictions * slots,
  }),
})

/** The gradient at h of a contrastivePrediction whose weights are `share`; 0 where there is no partner. */
export const contrastivePredictionGrad = defineKernel({
  name: 'contrastive_prediction_grad',
  buffers: { z: 'read', partner: 'read', result: 'read', share: 'read', dh: 'write' },
  params: { predictions: 'u32', rows: 'u32', width: 'u32', slots: 'u32' },
  workgroups: ({ predictions, width }) => lanes((predictions * width) / 4, 64),
  cost: ({ predictions, rows, width, slots }) => ({
    flops: 2 * predictions * slots * width,
    bytes: 4 * (predictions + rows) * width + 16 * predictions * slots,
  }),
})

/**
 * The gradient at z of a contrastivePrediction whose weights are `share`; start u32 [rows + 1] and reverse u32 [predictions · slots] list the pairs
 * that each row is the partner of. `accumulate` 1 adds onto dz, 0 replaces it.
 */
export const contrastivePredictionGradRows = defineKernel({
  name: 'contrastive_prediction_grad_rows',
  buffers: { h: 'read', result: 'read', share: 'read', start: 'read', reverse: 'read', dz: 'write' },
  params: { rows: 'u32', width: 'u32', slots: 'u32', accumulate: 'u32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 64),
  // As if every row were one prediction's partner in each slot.
  cost: ({ rows, width, slots, accumulate }) => ({
    flops: (2 * slots + accumulate) * rows * width,
    bytes: 4 * (2 + accumulate) * rows * width + 16 * rows * slots,
  }),
})
