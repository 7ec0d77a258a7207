import { defineKernel, lanes } from '../device/kernel.js'

/** y = 1 / (1 + exp(-x)) in columns that are marked 1, else x. x, y: [rows, stride], stride a multiple of 4; marked: u32 [stride]. There is no gradient. */
export const scoreColumns = defineKernel({
  name: 'score_columns',
  buffers: { x: 'read', marked: 'read', y: 'write' },
  params: { rows: 'u32', stride: 'u32' },
  workgroups: ({ rows, stride }) => lanes((rows * stride) / 4, 256),
  cost: ({ rows, stride }) => ({ flops: 5 * rows * stride, bytes: 8 * rows * stride + 4 * stride }),
})
