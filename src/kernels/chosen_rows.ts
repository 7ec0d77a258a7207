import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y = table with rows place[0] to place[0] + batch − 1 replaced by row at[b] of each sequence of x. x [batch, length, width]; at u32 [batch]; place
 * u32 [1]; table, y [rows, width]; width a multiple of 4.
 */
export const chosenRows = defineKernel({
  name: 'chosen_rows',
  buffers: { x: 'read', at: 'read', place: 'read', table: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', rows: 'u32', width: 'u32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 64),
  cost: ({ batch, rows, width }) => ({ flops: 0, bytes: 4 * (2 * rows * width + batch + 1) }),
})

/** The gradient at x of chosenRows. dy [rows, width], dx as x. `accumulate` 1 adds onto dx, 0 replaces it. */
export const chosenRowsGrad = defineKernel({
  name: 'chosen_rows_grad',
  buffers: { dy: 'read', at: 'read', place: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 64),
  cost: ({ batch, length, width, accumulate }) => ({
    flops: accumulate * batch * width,
    bytes: 4 * (batch * width * (1 + (1 + accumulate) * length) + batch + 1),
  }),
})
