import { defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

/**
 * y[r] = x[r] / max(norm[r], 1e-12), norm[r] = ‖x[r]‖. x, y [rows, width], width a multiple of 4, padding columns 0; norm [rows].
 * Numbers of x must be below 1e18, so that their squares are finite.
 */
export const unitRows = defineKernel({
  name: 'unit_rows',
  buffers: { x: 'read', y: 'write', norm: 'write' },
  params: { rows: 'u32', width: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [{ ...subgroupRows, shader: 'unit_rows_subgroup', text: { file: 'unit_rows', takes: ['subgroup'] } }],
  cost: ({ rows, width }) => ({ flops: 3 * rows * width, bytes: 8 * rows * width + 4 * rows }),
})

/**
 * The gradient at x of a unitRows, exactly 0 in rows shorter than 1e-12. y, dy, dx [rows, width]; norm [rows].
 * `accumulate` 1 adds onto dx, 0 replaces it.
 */
export const unitRowsGrad = defineKernel({
  name: 'unit_rows_grad',
  buffers: { y: 'read', norm: 'read', dy: 'read', dx: 'write' },
  params: { rows: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [{ ...subgroupRows, shader: 'unit_rows_grad_subgroup', text: { file: 'unit_rows_grad', takes: ['subgroup'] } }],
  cost: ({ rows, width, accumulate }) => ({
    flops: (5 + accumulate) * rows * width,
    bytes: (12 + 4 * accumulate) * rows * width + 4 * rows,
  }),
})
