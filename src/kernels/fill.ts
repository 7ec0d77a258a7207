import { defineKernel, elementwise } from '../device/kernel.js'

/** y[first … first + n) = value; the rest of y stays as it is. y of at least first + n numbers; first and n multiples of 4. */
export const fill = defineKernel({
  name: 'fill',
  buffers: { y: 'update' },
  params: { first: 'u32', n: 'u32', value: 'f32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 0, bytes: 4 * n }),
})

/** y = value, all of it, whether or not anything was there. y [n], n a multiple of 4. */
export const fillWhole = defineKernel({
  name: 'fill_whole',
  buffers: { y: 'write' },
  params: { n: 'u32', value: 'f32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 0, bytes: 4 * n }),
})
