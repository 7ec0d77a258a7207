import { defineKernel, type Grid } from '../device/kernel.js'

// A workgroup of 8 by 8 lanes, each with a tile of 8 by 8 numbers.
const tiles = (rows: number, cols: number): Grid => [Math.ceil(cols / 64), Math.ceil(rows / 64)]

const cost = ({ rows, inner, cols }: { rows: number; inner: number; cols: number }) => ({
  flops: 2 * rows * inner * cols,
  bytes: 4 * (rows * inner + inner * cols + rows * cols),
})

/** y [rows, cols] = x [rows, inner] · wᵀ, w [cols, inner], + b [cols] when hasBias. inner and cols multiples of 4. */
export const linear = defineKernel({
  name: 'linear',
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ rows, cols }) => tiles(rows, cols),
  cost,
})

/** dx [rows, inner] = dy [rows, cols] · w [cols, inner], onto what dx holds when accumulate is 1. */
export const linearGrad = defineKernel({
  name: 'linear_grad',
  buffers: { dy: 'read', w: 'read', dx: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', accumulate: 'u32' },
  workgroups: ({ rows, inner }) => tiles(rows, inner),
  cost,
})

/** dw [cols, inner] += dyᵀ · x, and db [cols] += column sums of dy when hasBias. */
export const linearWeightGrad = defineKernel({
  name: 'linear_weight_grad',
  buffers: { x: 'read', dy: 'read', dw: 'update', db: 'update' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ inner, cols }) => tiles(cols, inner),
  cost,
})
