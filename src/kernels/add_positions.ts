import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y[r] = x[r] + table[at[r]], row by row. x, y [rows, width]; table [positions, width]; at [rows]; width a multiple of 4.
 * Every `at` must be below the table's height. The gradient at x is the gradient at y: there is no gradient kernel.
 */
export const addPositions = defineKernel({
  name: 'add_positions',
  buffers: { x: 'read', table: 'read', at: 'read', y: 'write' },
  params: { rows: 'u32', width: 'u32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 256),
  cost: ({ rows, width }) => ({ flops: rows * width, bytes: 12 * rows * width + 4 * rows }),
})
