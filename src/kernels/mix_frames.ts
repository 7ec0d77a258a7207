import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y[b,t] = pred[b,t-1] with probability share, x[b,t] otherwise, in the first `coords` columns of real frames but the first; y = x elsewhere.
 * x, y [batch, length, stride]; pred [batch, length, predStride]; frames u32 [batch]; share [1]; seed u32 [4]; strides multiples of 4, at least
 * `coords`. The same seed and stream draw the same frames. It mixes inputs: there is no gradient kernel.
 */
export const mixFrames = defineKernel({
  name: 'mix_frames',
  buffers: { x: 'read', pred: 'read', frames: 'read', share: 'read', seed: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', stride: 'u32', predStride: 'u32', coords: 'u32', stream: 'u32' },
  workgroups: ({ batch, length, stride }) => lanes((batch * length * stride) / 4, 256),
  // The hash is whole-number work, and counts as none; of x and pred one is read for each frame.
  cost: ({ batch, length, stride }) => ({ flops: batch * length, bytes: 8 * batch * length * stride + 4 * batch }),
})
