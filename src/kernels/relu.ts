import { defineKernel, elementwise } from '../device/kernel.js'

/** y = max(0, x + residual), or max(0, x) with hasResidual 0. x, residual, y [n], n a multiple of 4. */
export const relu = defineKernel({
  name: 'relu',
  buffers: { x: 'read', residual: 'read', y: 'write' },
  params: { n: 'u32', hasResidual: 'u32' },
  ...elementwise,
  cost: ({ n, hasResidual }) => ({ flops: (1 + hasResidual) * n, bytes: (8 + 4 * hasResidual) * n }),
})

/** The gradient at x, and at the residual, of relu. y, dy, dx [n]. `accumulate` 1 adds onto dx, 0 replaces it. */
export const reluGrad = defineKernel({
  name: 'relu_grad',
  buffers: { y: 'read', dy: 'read', dx: 'write' },
  params: { n: 'u32', accumulate: 'u32' },
  ...elementwise,
  cost: ({ n, accumulate }) => ({ flops: (1 + accumulate) * n, bytes: (12 + 4 * accumulate) * n }),
})
