import { defineKernel, elementwise } from '../device/kernel.js'

/** y = a + b. All [n], n a multiple of 4. The gradient at a and at b is the gradient at y: there is no gradient kernel. */
export const add = defineKernel({
  name: 'add',
  buffers: { a: 'read', b: 'read', y: 'write' },
  params: { n: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: n, bytes: 12 * n }),
})
