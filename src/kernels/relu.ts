import { defineKernel, elementwise } from '../device/kernel.js'

/** y = max(x, 0). Both [n], n a multiple of 4. */
export const relu = defineKernel({
  name: 'relu',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: n, bytes: 8 * n }),
})

/** dx = dy where x > 0, else 0. All [n], n a multiple of 4. */
export const reluGrad = defineKernel({
  name: 'relu_grad',
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: n, bytes: 12 * n }),
})
