import { defineKernel, elementwise } from '../device/kernel.js'

/** y = x · Φ(x), Φ the share of a normal distribution below x, within 1e-6. Both [n], n a multiple of 4. */
export const geluErf = defineKernel({
  name: 'gelu_erf',
  buffers: { x: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 20 * n, bytes: 8 * n }),
})

/** The gradient at x of a geluErf. All [n], n a multiple of 4. */
export const geluErfGrad = defineKernel({
  name: 'gelu_erf_grad',
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 24 * n, bytes: 12 * n }),
})
