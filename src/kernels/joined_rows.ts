import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Two sequences of rows one behind the other, with no padding between them: y [batch, firstRows + secondRows, width], and how many rows that is, lengths u32
 * [batch]. first [batch, firstRows, width], second [batch, secondRows, width], as many of each as firstLengths and secondLengths u32 [batch] say; width a
 * multiple of 4. Rows past both are 0.
 */
export const joinedRows = defineKernel({
  name: 'joined_rows',
  buffers: { first: 'read', firstLengths: 'read', second: 'read', secondLengths: 'read', y: 'write', lengths: 'write' },
  params: { batch: 'u32', firstRows: 'u32', secondRows: 'u32', width: 'u32' },
  workgroups: ({ batch, firstRows, secondRows, width }) => lanes((batch * (firstRows + secondRows) * width) / 4, 64),
  cost: ({ batch, firstRows, secondRows, width }) => ({ flops: 0, bytes: 4 * batch * (2 * (firstRows + secondRows) * width + 3) }),
})

/**
 * Some of joined rows again, from row 0 on: y [batch, rows, width] of x [batch, length, width], those that begin at row 0 or, where `behind` is 1, at starts
 * u32 [batch], as many as lengths u32 [batch] says; 0 past those. `accumulate` 1 adds onto y, 0 replaces it.
 */
export const joinedRowsPart = defineKernel({
  name: 'joined_rows_part',
  buffers: { x: 'read', starts: 'read', lengths: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', rows: 'u32', width: 'u32', behind: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, rows, width }) => lanes((batch * rows * width) / 4, 64),
  cost: ({ batch, rows, width, accumulate }) => ({
    flops: accumulate * batch * rows * width,
    bytes: 4 * batch * ((2 + accumulate) * rows * width + 2),
  }),
})

/** The gradient at x of joinedRowsPart. dy [batch, rows, width], dx as x. `accumulate` 1 adds onto dx, 0 replaces it. */
export const joinedRowsPartGrad = defineKernel({
  name: 'joined_rows_part_grad',
  buffers: { dy: 'read', starts: 'read', lengths: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', rows: 'u32', width: 'u32', behind: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 64),
  cost: ({ batch, length, rows, width, accumulate }) => ({
    flops: accumulate * batch * rows * width,
    bytes: 4 * batch * ((rows + (1 + accumulate) * length) * width + 2),
  }),
})
