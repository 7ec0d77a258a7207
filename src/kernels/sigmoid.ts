import { defineKernel, elementwise } from '../device/kernel.js'

/** y = 1 / (1 + exp(-x)). Both [n], n a multiple of 4. */
export const sigmoid = defineKernel({
  name: 'sigmoid',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 4 * n, bytes: 8 * n }),
})

/** The gradient at x of a sigmoid. All [n], n a multiple of 4. */
export const sigmoidGrad = defineKernel({
  name: 'sigmoid_grad',
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 7 * n, bytes: 12 * n }),
})
