import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y[r, h·columnsTo + c] = x[r, h·columnsFrom + c], 0 where a head of x has no such column. x [rows, heads·columnsFrom]; y [rows, heads·columnsTo],
 * whose rows are a multiple of 4 long. Its gradient is the same with both exchanged. `accumulate` 1 adds onto y; 0 replaces it.
 */
export const headColumns = defineKernel({
  name: 'head_columns',
  buffers: { x: 'read', y: 'write' },
  params: { rows: 'u32', heads: 'u32', columnsFrom: 'u32', columnsTo: 'u32', accumulate: 'u32' },
  workgroups: ({ rows, heads, columnsTo }) => lanes((rows * heads * columnsTo) / 4, 256),
  cost: ({ rows, heads, columnsFrom, columnsTo, accumulate }) => ({
    flops: accumulate * rows * heads * columnsTo,
    bytes: 4 * rows * heads * (Math.min(columnsFrom, columnsTo) + (1 + accumulate) * columnsTo),
  }),
})
