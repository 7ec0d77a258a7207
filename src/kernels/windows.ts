import { defineKernel, lanes, type ParamValues } from '../device/kernel.js'

const shape = {
  batch: 'u32',
  height: 'u32',
  width: 'u32',
  channels: 'u32',
  stride: 'u32',
  down: 'u32',
  across: 'u32',
  columns: 'u32',
  kernelHeight: 'u32',
  kernelWidth: 'u32',
  step: 'u32',
  edge: 'u32',
  filled: 'u32',
} as const

/** How the kernel of a convolution or of a pool goes over images. */
export interface WindowSteps {
  readonly kernelHeight: number
  readonly kernelWidth: number
  /** Lines, and columns, from one place to the next. */
  readonly step: number
  /** Lines, and columns, of nothing around the image. */
  readonly edge: number
}

/** Windows along an axis of so many numbers; 0 where it is shorter than the kernel. */
export const windowsAlong = (length: number, kernel: number, { step, edge }: Pick<WindowSteps, 'step' | 'edge'>): number =>
  length === 0 || length + 2 * edge < kernel ? 0 : Math.floor((length + 2 * edge - kernel) / step) + 1

/** Images [batch, height, width, channels]; signing [batch, frames, channels] is images of one line. */
export function imageShape(shape: readonly number[]): [batch: number, height: number, width: number, channels: number] {
  const [batch, ...rest] = shape as [number, number, number, number?]
  return rest[2] === undefined ? [batch, 1, rest[0], rest[1]] : [batch, rest[0], rest[1], rest[2]]
}

/** The windows of an image as a shape of as many dimensions. */
export const windowsShape = (shape: readonly number[], [down, across]: readonly [number, number], channels: number): number[] =>
  shape.length === 3 ? [shape[0]!, across, channels] : [shape[0]!, down, across, channels]

const numbers = ({ batch, height, width, stride }: ParamValues<typeof shape>) => batch * height * width * stride
const made = ({ batch, down, across, columns }: ParamValues<typeof shape>) => batch * down * across * columns

/**
 * y[b, r, c] = the kernelHeight × kernelWidth places of x at (r·step − edge, c·step − edge), each with its `channels` numbers; 0 outside.
 * x [batch, height, width, stride]; lengths u32 [batch]: columns of x that count; y [batch, down, across, columns], stride and columns multiples
 * of 4, down and across as `windowsAlong` tells. With `filled` 1 there are windows past lengths, where x counts as 1.
 */
export const windows = defineKernel({
  name: 'windows',
  buffers: { x: 'read', lengths: 'read', y: 'write' },
  params: shape,
  workgroups: (params) => lanes(made(params) / 4, 64),
  cost: (params) => ({ flops: 0, bytes: 4 * (numbers(params) + made(params) + params.batch) }),
})

/** The gradient at x of windows. dy as y, dx as x. `accumulate` 1 adds onto dx, 0 replaces it. */
export const windowsGrad = defineKernel({
  name: 'windows_grad',
  buffers: { dy: 'read', lengths: 'read', dx: 'write' },
  params: { ...shape, accumulate: 'u32' },
  workgroups: (params) => lanes(numbers(params) / 4, 64),
  cost: (params) => ({ flops: made(params), bytes: 4 * ((1 + params.accumulate) * numbers(params) + made(params) + params.batch) }),
})
