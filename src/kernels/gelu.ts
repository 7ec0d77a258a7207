import { defineKernel, elementwise } from '../device/kernel.js'

/** y = x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))). Both [n], n a multiple of 4. */
export const gelu = defineKernel({
  name: 'gelu',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 10 * n, bytes: 8 * n }),
})

/** The gradient at x of a gelu. All [n], n a multiple of 4. */
export const geluGrad = defineKernel({
  name: 'gelu_grad',
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 18 * n, bytes: 12 * n }),
})
