import { defineKernel } from '../device/kernel.js'

/**
 * clip = (norm, scale): norm = sqrt(Σ partial), scale = min(1, limit/(norm + 1e-6)), or 1 with limit 0. A norm that is infinite or NaN
 * is reported as it is, with scale 0: adamw then changes nothing. partial: [partials], partials a multiple of 4; clip: [2].
 */
export const clipScale = defineKernel({
  name: 'clip_scale',
  buffers: { partial: 'read', clip: 'write' },
  params: { partials: 'u32', limit: 'f32' },
  workgroups: () => [1],
  cost: ({ partials }) => ({ flops: partials, bytes: 4 * (partials + 2) }),
})
