import { defineKernel, elementwise } from '../device/kernel.js'

/** y = x as halves, rounded to the nearest, ties to even. x: f32 [n], y: f16 [n], n a multiple of 4. */
export const toHalf = defineKernel({
  name: 'to_half',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: n, bytes: 6 * n }),
})
