import { defineKernel, lanes } from '../device/kernel.js'

/** As `linear`, for very few rows: one lane four outputs. */
export const linearRow = defineKernel({
  name: 'linear_row',
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ rows, cols }) => lanes(rows * Math.ceil(cols / 4), 32),
  cost: ({ rows, inner, cols }) => ({ flops: 2 * rows * inner * cols, bytes: 4 * (rows * inner + inner * cols + rows * cols) }),
})
