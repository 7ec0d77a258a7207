import { defineKernel, lanes } from '../device/kernel.js'

/** Values of a policy's `mode`: where the counter comes from. */
export const counterMode = { own: 0, given: 1 } as const

/**
 * The decoder's step between two frames: takes pred as frame lengths[b], the counter its policy chooses at column `coords`, writes it to
 * input and, at place lengths[b] % kept, to frames, and marks the sample done when the counter comes within half a frame of stopAt, or the room is full. Samples already
 * done stay as they are. pred: [batch, predStride], its counter in column predCounter, which only a counter of its own needs; input: [batch, inputStride], its counter in
 * column inputCounter (0: the counter alone); all strides multiples of 4; policy: [batch, 4] = (delta, counterStep, stopAt, counterMode);
 * lengths, done: u32 [batch]; frames: [batch, kept, stride]. A sample has room for `capacity` frames.
 */
export const nextFrame = defineKernel({
  name: 'next_frame',
  buffers: { pred: 'read', policy: 'read', lengths: 'update', done: 'update', input: 'update', frames: 'update' },
  params: {
    batch: 'u32',
    capacity: 'u32',
    stride: 'u32',
    coords: 'u32',
    predStride: 'u32',
    predCounter: 'u32',
    inputStride: 'u32',
    inputCounter: 'u32',
    kept: 'u32',
  },
  workgroups: ({ batch }) => lanes(batch, 8),
  cost: ({ batch, stride }) => ({ flops: 2 * batch, bytes: 4 * batch * (3 * stride + 9) }),
})
