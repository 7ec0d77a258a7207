import { defineKernel, lanes } from '../device/kernel.js'

/**
 * The decoder's step between two tokens, greedily: the most likely class becomes token lengths[b] and the next input; a sample is done at
 * `end` or when its room is full. logits: [batch, stride], stride a multiple of 4; lengths, done, input: u32 [batch];
 * tokens: u32 [batch, capacity].
 */
export const nextToken = defineKernel({
  name: 'next_token',
  buffers: { logits: 'read', lengths: 'update', done: 'update', input: 'update', tokens: 'update' },
  params: { batch: 'u32', classes: 'u32', stride: 'u32', capacity: 'u32', end: 'u32' },
  workgroups: ({ batch }) => lanes(batch, 8),
  cost: ({ batch, classes }) => ({ flops: batch * classes, bytes: 4 * batch * (classes + 7) }),
})
