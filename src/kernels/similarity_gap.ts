import { defineKernel, lanes } from '../device/kernel.js'

/**
 * gap [rows, rows]: the products of all pairs of rows of u minus goal, 0 on the diagonal. u [rows, width], rows of length 1, width a multiple of 4;
 * goal [rows, rows], whose diagonal is not read.
 */
export const similarityGap = defineKernel({
  name: 'similarity_gap',
  buffers: { u: 'read', goal: 'read', gap: 'write' },
  params: { rows: 'u32', width: 'u32' },
  workgroups: ({ rows }) => lanes(rows * rows, 64),
  cost: ({ rows, width }) => ({ flops: 2 * rows * rows * width, bytes: 4 * rows * width + 8 * rows * rows }),
})

/**
 * The gradient at u of share[0] · the sum over pairs of their squared gaps, each pair once. u, du [rows, width]; gap [rows, rows] from similarityGap;
 * share [1]. `accumulate` 1 adds onto du, 0 replaces it.
 */
export const similarityGapGrad = defineKernel({
  name: 'similarity_gap_grad',
  buffers: { u: 'read', gap: 'read', share: 'read', du: 'write' },
  params: { rows: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 64),
  cost: ({ rows, width, accumulate }) => ({
    flops: (2 * rows + 1 + accumulate) * rows * width,
    bytes: 4 * (2 + accumulate) * rows * width + 4 * rows * rows,
  }),
})
