import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y[b] = the mean of the first lengths[b] rows of x[b], 0 for none. x [batch, length, width]; lengths u32 [batch]; y [batch, width];
 * width a multiple of 4.
 */
export const meanPool = defineKernel({
  name: 'mean_pool',
  buffers: { x: 'read', lengths: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32' },
  workgroups: ({ batch, width }) => lanes((batch * width) / 4, 64),
  // As if no sentence were padded.
  cost: ({ batch, length, width }) => ({ flops: batch * length * width, bytes: 4 * batch * (length + 1) * width + 4 * batch }),
})

/**
 * The gradient at x of a meanPool: 0 at padding. dy [batch, width]; lengths u32 [batch]; dx [batch, length, width].
 * `accumulate` 1 adds onto dx, which leaves it as it is at padding; 0 replaces it.
 */
export const meanPoolGrad = defineKernel({
  name: 'mean_pool_grad',
  buffers: { dy: 'read', lengths: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 256),
  cost: ({ batch, length, width, accumulate }) => ({
    flops: (1 + accumulate) * batch * length * width,
    bytes: 4 * batch * (length * (1 + accumulate) + 1) * width + 4 * batch,
  }),
})
