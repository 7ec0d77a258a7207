import { defineKernel, lanes } from '../device/kernel.js'

/** Numbers of the state that loss_scale_update keeps: scale, steps since it changed, steps skipped, beta1^t, beta2^t, and room. */
export const SCALING = 8

/** y = x · scaling[0]. x, y: [n]; scaling: [SCALING]. */
export const lossScale = defineKernel({
  name: 'loss_scale',
  buffers: { x: 'read', scaling: 'read', y: 'write' },
  params: { n: 'u32' },
  workgroups: ({ n }) => lanes(n, 64),
  cost: ({ n }) => ({ flops: n, bytes: 8 * n + 4 * SCALING }),
})

/**
 * As `clipScale`, of a gradient that was multiplied by scaling[0]: clip = (norm of the gradient itself, factor that clips and divides, or 0
 * for a norm that is not finite). Halves the scale then, and doubles it after `interval` steps in a row without. tuned: hyper [8] with
 * the bias corrections of the steps that were not skipped. partial: [partials], partials a multiple of 4; clip: [2]; scaling: [SCALING].
 */
export const lossScaleUpdate = defineKernel({
  name: 'loss_scale_update',
  buffers: { partial: 'read', hyper: 'read', scaling: 'update', clip: 'write', tuned: 'write' },
  params: { partials: 'u32', limit: 'f32', interval: 'f32' },
  workgroups: () => [1],
  cost: ({ partials }) => ({ flops: partials, bytes: 4 * (partials + 18 + 2 * SCALING) }),
})
