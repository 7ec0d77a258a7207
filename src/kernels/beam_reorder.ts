import { defineKernel, lanes } from '../device/kernel.js'

/** y[r, s] = x of the row's parent beam, for s < lengths[r]. x, y: [rows, capacity, width], width a multiple of 4; parent, lengths: u32 [rows]. */
export const beamReorder = defineKernel({
  name: 'beam_reorder',
  buffers: { x: 'read', parent: 'read', lengths: 'read', y: 'update' },
  params: { rows: 'u32', beams: 'u32', capacity: 'u32', width: 'u32' },
  workgroups: ({ rows, capacity, width }) => lanes((rows * capacity * width) / 4, 256),
  cost: ({ rows, capacity, width }) => ({ flops: 0, bytes: 8 * rows * capacity * width }),
})
