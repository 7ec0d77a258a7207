import { defineKernel, elementwise } from '../device/kernel.js'

/** y = x / (1 + |x|). Both [n], n a multiple of 4. */
export const softsign = defineKernel({
  name: 'softsign',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 3 * n, bytes: 8 * n }),
})

/** The gradient at x of a softsign. All [n], n a multiple of 4. */
export const softsignGrad = defineKernel({
  name: 'softsign_grad',
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 5 * n, bytes: 12 * n }),
})
