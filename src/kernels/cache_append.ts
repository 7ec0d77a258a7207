import { defineKernel, lanes } from '../device/kernel.js'

/**
 * cache[b, lengths[b], :] = x[b, column … column + width - 1], nothing where the cache is full. x [B, stride], lengths u32 [B],
 * cache [B, capacity, width]; width, stride and column multiples of 4.
 */
export const cacheAppend = defineKernel({
  name: 'cache_append',
  buffers: { x: 'read', lengths: 'read', cache: 'update' },
  params: { batch: 'u32', capacity: 'u32', width: 'u32', stride: 'u32', column: 'u32' },
  workgroups: ({ batch, width }) => lanes((batch * width) / 4, 64),
  cost: ({ batch, width }) => ({ flops: 0, bytes: 8 * batch * width }),
})
