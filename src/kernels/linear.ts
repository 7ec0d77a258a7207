import { defineKernel, type Grid } from '../device/kernel.js'

/** Workgroups that keep the cores of a machine busy. */
const ENOUGH = 32

/** Rows of lanes in a workgroup, for an output of rows × cols: 8, or 1 where that would be too few workgroups. */
const laneRows = (rows: number, cols: number): number => (Math.ceil(cols / 64) * Math.ceil(rows / 64) < ENOUGH ? 1 : 8)

// A workgroup is 8 lanes wide; each lane has a tile of 8 by 8 numbers.
const tiles = (rows: number, cols: number): Grid => [Math.ceil(cols / 64), Math.ceil(rows / (8 * laneRows(rows, cols)))]

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
  constants: ({ rows, cols }) => ({ LANE_ROWS: laneRows(rows, cols) }),
  cost,
})

/** dx [rows, inner] = dy [rows, cols] · w [cols, inner], onto what dx holds when accumulate is 1. */
export const linearGrad = defineKernel({
  name: 'linear_grad',
  buffers: { dy: 'read', w: 'read', dx: 'write' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', accumulate: 'u32' },
  workgroups: ({ rows, inner }) => tiles(rows, inner),
  constants: ({ rows, inner }) => ({ LANE_ROWS: laneRows(rows, inner) }),
  cost,
})

/** dw [cols, inner] += dyᵀ · x, and db [cols] += column sums of dy when hasBias. */
export const linearWeightGrad = defineKernel({
  name: 'linear_weight_grad',
  buffers: { x: 'read', dy: 'read', dw: 'update', db: 'update' },
  params: { rows: 'u32', inner: 'u32', cols: 'u32', hasBias: 'u32' },
  workgroups: ({ inner, cols }) => tiles(cols, inner),
  constants: ({ inner, cols }) => ({ LANE_ROWS: laneRows(cols, inner) }),
  cost,
})
