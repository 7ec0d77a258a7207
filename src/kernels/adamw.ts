import { defineKernel, elementwise } from '../device/kernel.js'

/**
 * One step of Adam (decoupled 0: weightDecay is added to the gradient) or AdamW (decoupled 1: the weight shrinks by rate·weightDecay).
 * Of the n weights the first `decayed` decay. gradient, weight, first, second: [n], n and decayed multiples of 4; clip: [2] from clip_scale, whose scale 0 leaves everything as it is;
 * hyper: [8] = (rate, beta1, beta2, epsilon, 1 − beta1^step, 1 − beta2^step, 0, 0), the powers those of the betas rounded to float32.
 */
export const adamw = defineKernel({
  name: 'adamw',
  buffers: { gradient: 'read', clip: 'read', hyper: 'read', weight: 'update', first: 'update', second: 'update' },
  params: { n: 'u32', decayed: 'u32', weightDecay: 'f32', decoupled: 'u32' },
  ...elementwise,
  // Four arrays in, three out.
  cost: ({ n }) => ({ flops: 16 * n, bytes: 28 * n + 40 }),
})
