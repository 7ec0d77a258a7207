import { defineKernel, elementwise } from '../device/kernel.js'

/** n numbers are written; with `padded` 1 rows past a clip's length count as any others. */
const shape = { n: 'u32', length: 'u32', width: 'u32', padded: 'u32' } as const

/**
 * y[b,i] = (x[b,2i-1] + x[b,2i] + x[b,2i+1]) / 3, rows outside the clip, or with `padded` 1 outside the tensor, counting as zeros.
 * x [B, length, width]; lengths u32 [B]; y [B, ⌈length/2⌉, width], n numbers, 0 from row ⌈lengths[b]/2⌉ on; width a multiple of 4.
 */
export const averagePool = defineKernel({
  name: 'average_pool',
  buffers: { x: 'read', lengths: 'read', y: 'write' },
  params: shape,
  ...elementwise,
  cost: ({ n }) => ({ flops: 3 * n, bytes: 12 * n }),
})

/**
 * The gradient at x of an averagePool. dy [B, ⌈length/2⌉, width]; lengths u32 [B]; dx [B, length, width], n numbers.
 * `accumulate` 1 adds onto dx, which leaves it as it is at padding; 0 replaces it.
 */
export const averagePoolGrad = defineKernel({
  name: 'average_pool_grad',
  buffers: { dy: 'read', lengths: 'read', dx: 'write' },
  params: { ...shape, accumulate: 'u32' },
  ...elementwise,
  cost: ({ n, accumulate }) => ({ flops: (1.5 + accumulate) * n, bytes: (6 + 4 * accumulate) * n }),
})
