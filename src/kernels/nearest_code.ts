import { defineKernel, lanes } from '../device/kernel.js'

/**
 * Every row's nearest code: y [batch, length, width], that code; index u32 [batch, length]; distance [batch, length], the squared one. Past a clip's
 * length: 0, count and 0. z [batch, length, width], width a multiple of 4; codes [at least count, width]; lengths u32 [batch].
 */
export const nearestCode = defineKernel({
  name: 'nearest_code',
  buffers: { z: 'read', codes: 'read', lengths: 'read', y: 'write', index: 'write', distance: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', count: 'u32' },
  workgroups: ({ batch, length }) => lanes(batch * length, 64),
  cost: ({ batch, length, width, count }) => ({
    flops: 3 * batch * length * count * width,
    bytes: 4 * (2 * batch * length + count) * width + 8 * batch * length,
  }),
})

/**
 * The gradient at the rows of a nearestCode: with `through` 1 dy, which goes straight through, and of share[0] · commitment · distance. rows = batch · length; z, y, dy,
 * dz [rows, width]; index u32 [rows]. `accumulate` 1 adds onto dz, 0 replaces it.
 */
export const nearestCodeGrad = defineKernel({
  name: 'nearest_code_grad',
  buffers: { z: 'read', y: 'read', dy: 'read', index: 'read', share: 'read', dz: 'write' },
  params: { rows: 'u32', width: 'u32', count: 'u32', through: 'u32', commitment: 'f32', accumulate: 'u32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 64),
  cost: ({ rows, width, accumulate }) => ({
    flops: (3 + accumulate) * rows * width,
    bytes: 4 * (4 + accumulate) * rows * width + 4 * rows,
  }),
})

/** Adds the gradient of share[0] · distance at the codes of a nearestCode onto dcodes [at least count, width]. */
export const nearestCodeWeightGrad = defineKernel({
  name: 'nearest_code_weight_grad',
  buffers: { z: 'read', codes: 'read', index: 'read', share: 'read', dcodes: 'update' },
  params: { rows: 'u32', width: 'u32', count: 'u32' },
  workgroups: ({ width, count }) => lanes((count * width) / 4, 64),
  cost: ({ rows, width, count }) => ({ flops: 2 * rows * width, bytes: 4 * (rows + 3 * count) * width + 4 * rows }),
})
