import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Words as the means of their characters: y [batch, length, width] of rows x [batch, length, width] and the vector of slowness, slow [at least 1, width]; 0 past
 * wordLengths u32 [batch]. spans, weight and slowShare from signWords; width a multiple of 4.
 */
export const wordMeans = defineKernel({
  name: 'word_means',
  buffers: { x: 'read', spans: 'read', weight: 'read', slowShare: 'read', wordLengths: 'read', slow: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 64),
  cost: ({ batch, length, width }) => ({ flops: 4 * batch * length * width, bytes: 8 * batch * length * (width + 2) + 4 * width }),
})

/** The gradient at x of wordMeans. `accumulate` 1 adds onto dx, 0 replaces it. */
export const wordMeansGrad = defineKernel({
  name: 'word_means_grad',
  buffers: { dy: 'read', spans: 'read', weight: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 64),
  cost: ({ batch, length, width, accumulate }) => ({
    flops: (1 + accumulate) * batch * length * width,
    bytes: 4 * batch * length * ((2 + accumulate) * width + 3),
  }),
})

/** Adds the gradient at the vector of slowness of wordMeans onto dslow [at least 1, width]. */
export const wordMeansWeightGrad = defineKernel({
  name: 'word_means_weight_grad',
  buffers: { dy: 'read', slowShare: 'read', wordLengths: 'read', dslow: 'update' },
  params: { batch: 'u32', length: 'u32', width: 'u32' },
  workgroups: ({ width }) => lanes(width / 4, 64),
  cost: ({ batch, length, width }) => ({ flops: 2 * batch * length * width, bytes: 4 * batch * length * (width + 1) + 8 * width }),
})
