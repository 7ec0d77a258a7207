import { defineKernel, lanes } from '../device/kernel.js'

/** As `linear`, for very few rows and without dropout: one lane four outputs. */
export const linearRow = defineKernel({
  name: 'linear_row',
  buffers: { x: 'read', w: 'read', b: 'read', residual: 'read', y: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32', activation: 'u32', hasResidual: 'u32' },
  workgroups: ({ rows, cols }) => lanes(rows * Math.ceil(cols / 4), 32),
  cost: ({ rows, inner, cols, hasResidual }) => ({
    flops: 2 * rows * inner * cols,
    bytes: 4 * (rows * inner + inner * cols + (1 + hasResidual) * rows * cols),
  }),
})
