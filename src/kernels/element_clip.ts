import { defineKernel, elementwise } from '../device/kernel.js'

/**
 * Every number of x [n] brought within ±limit, in place, or within ±limit·scaling[0] where scaled is 1. What is infinite or NaN stays so, for
 * clip_scale to find. n a multiple of 4.
 */
export const elementClip = defineKernel({
  name: 'element_clip',
  buffers: { scaling: 'read', x: 'update' },
  params: { n: 'u32', limit: 'f32', scaled: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 2 * n, bytes: 8 * n }),
})
