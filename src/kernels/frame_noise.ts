import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y = x + rate · sigma · normal in the first `coords` columns, y = x in the others. x, y [rows, stride]; sigma [stride]; seed u32 [4];
 * stride a multiple of 4. The same seed and stream draw the same noise. It is put on inputs: there is no gradient kernel.
 */
export const frameNoise = defineKernel({
  name: 'frame_noise',
  buffers: { x: 'read', sigma: 'read', seed: 'read', y: 'write' },
  params: { rows: 'u32', stride: 'u32', coords: 'u32', stream: 'u32', rate: 'f32' },
  workgroups: ({ rows, stride }) => lanes((rows * stride) / 4, 256),
  // A normal counts as eight: half a log and a square root, a sine or cosine, and the products.
  cost: ({ rows, stride }) => ({ flops: 10 * rows * stride, bytes: 8 * rows * stride + 4 * stride }),
})
