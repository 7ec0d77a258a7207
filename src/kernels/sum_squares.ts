import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Partial sums that sum_squares leaves, whatever the array's length. On lavapipe and SwiftShader 256 to 16 384 take the same time
 * (16 M numbers, 6.5 ms and 40 ms); a GPU wants many, and clip_scale, which adds them in one lane, few.
 */
export const PARTIALS = 1024

/** partial = x² in PARTIALS sums, which add up to the squared norm. x: [n], n a multiple of 4; partial: [PARTIALS]. */
export const sumSquares = defineKernel({
  name: 'sum_squares',
  buffers: { x: 'read', partial: 'write' },
  params: { n: 'u32' },
  workgroups: () => lanes(PARTIALS, 64),
  constants: () => ({ PARTIALS }),
  cost: ({ n }) => ({ flops: 2 * n, bytes: 4 * (n + PARTIALS) }),
})
