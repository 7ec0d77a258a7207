import { defineKernel, lanes, type ParamValues } from '../device/kernel.js'

const shape = {
  batch: 'u32',
  height: 'u32',
  width: 'u32',
  channels: 'u32',
  down: 'u32',
  across: 'u32',
  kernelHeight: 'u32',
  kernelWidth: 'u32',
  step: 'u32',
  edge: 'u32',
} as const

const numbers = ({ batch, height, width, channels }: ParamValues<typeof shape>) => batch * height * width * channels
const pooled = ({ batch, down, across, channels }: ParamValues<typeof shape>) => batch * down * across * channels

/**
 * y = the largest number of each window of x, or 0 where that is more; places: which of the window's taps it is, the first of those that are equal, and
 * 2^32 − 1 where it is none. x [batch, height, width, channels]; lengths u32 [batch]: columns of x that count; y, places u32 [batch, down,
 * across, channels], channels a multiple of 4, down and across as `windowsAlong` tells.
 */
export const maxPool = defineKernel({
  name: 'max_pool',
  buffers: { x: 'read', lengths: 'read', y: 'write', places: 'write' },
  params: shape,
  workgroups: (params) => lanes(pooled(params) / 4, 64),
  cost: (params) => ({ flops: numbers(params), bytes: 4 * (numbers(params) + 2 * pooled(params) + params.batch) }),
})

/** The gradient at x of maxPool. dy as y, dx as x. `accumulate` 1 adds onto dx, 0 replaces it. */
export const maxPoolGrad = defineKernel({
  name: 'max_pool_grad',
  buffers: { dy: 'read', places: 'read', lengths: 'read', dx: 'write' },
  params: { ...shape, accumulate: 'u32' },
  workgroups: (params) => lanes(numbers(params) / 4, 64),
  cost: (params) => ({ flops: pooled(params), bytes: 4 * ((1 + params.accumulate) * numbers(params) + 2 * pooled(params) + params.batch) }),
})
