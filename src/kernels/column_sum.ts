import { defineKernel, lanes } from '../device/kernel.js'
import { workgroupColumns } from './reductions.js'

/** sum += the totals of x's columns. x [rows, cols], sum [cols], cols a multiple of 4. The gradient of any bias added to every row. */
export const columnSum = defineKernel({
  name: 'column_sum',
  buffers: { x: 'read', sum: 'update' },
  params: { rows: 'u32', cols: 'u32' },
  workgroups: ({ cols }) => lanes(cols / 4, 16),
  variants: [{ ...workgroupColumns, shader: 'column_sum_workgroup', workgroups: ({ cols }, _, { ACROSS }) => lanes(cols / 4, ACROSS!) }],
  cost: ({ rows, cols }) => ({ flops: rows * cols, bytes: 4 * rows * cols + 8 * cols }),
})
