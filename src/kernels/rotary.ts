import { defineKernel, lanes } from '../device/kernel.js'

/**
 * The first `turnedHeads` heads of every row of x turned by the angles of the row's place, row mod length; all else copied. x, y [rows, stride];
 * table [places, headWidth], places ≥ length: half cosines, then sines; headWidth even, stride a multiple of it. `back` 1 turns the other way,
 * which is the gradient.
 */
export const rotary = defineKernel({
  name: 'rotary',
  buffers: { x: 'read', table: 'read', y: 'write' },
  params: { rows: 'u32', length: 'u32', stride: 'u32', headWidth: 'u32', turnedHeads: 'u32', back: 'u32' },
  workgroups: ({ rows, stride }) => lanes((rows * stride) / 2, 256),
  cost: ({ rows, length, stride, headWidth, turnedHeads }) => ({
    flops: 3 * rows * turnedHeads * headWidth,
    bytes: 8 * rows * stride + 4 * Math.min(rows, length) * headWidth,
  }),
})
