import { defineKernel, elementwise } from '../device/kernel.js'

/**
 * y = x / (1 - rate) where kept, 0 where dropped with probability `rate`, 0 ≤ rate < 1. x, y [n], n a multiple of 4; seed u32 [4].
 * The same seed and stream drop the same elements: run it on dy for the gradient.
 */
export const dropout = defineKernel({
  name: 'dropout',
  buffers: { x: 'read', seed: 'read', y: 'write' },
  params: { n: 'u32', stream: 'u32', rate: 'f32' },
  ...elementwise,
  // The hash is whole-number work, and counts as none.
  cost: ({ n }) => ({ flops: n, bytes: 8 * n }),
})
