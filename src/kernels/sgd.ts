import { defineKernel, elementwise } from '../device/kernel.js'

/**
 * One step of gradient descent with momentum, with nesterov 1 as Nesterov has it, weightDecay added to the gradient of the first `decayed` weights.
 * gradient, weight, first: [n], n and decayed multiples of 4; clip: [2] from clip_scale, whose scale 0 leaves everything as it is; hyper: [8] = (rate,
 * momentum, …).
 */
export const sgd = defineKernel({
  name: 'sgd',
  buffers: { gradient: 'read', clip: 'read', hyper: 'read', weight: 'update', first: 'update' },
  params: { n: 'u32', decayed: 'u32', weightDecay: 'f32', nesterov: 'u32' },
  ...elementwise,
  cost: ({ n }) => ({ flops: 9 * n, bytes: 20 * n + 40 }),
})
