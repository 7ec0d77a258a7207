import { defineKernel, lanes } from '../device/kernel.js'

const shape = { images: 'u32', channels: 'u32', height: 'u32', width: 'u32', side: 'u32', stride: 'u32' } as const
type Shape = { readonly [K in keyof typeof shape]: number }

const rows = ({ images, height, width, side }: Shape): number => images * (height / side) * (width / side)
const pixels = ({ images, channels, height, width }: Shape): number => images * channels * height * width

/**
 * y = a row for each square of `side` by `side` pixels: channel by channel, line by line, as a flattened convolution's weight has them.
 * x [images, channels, height, width], y [images, patches, stride]; height and width multiples of side; stride a multiple of 4, at least
 * channels·side², with 0 in what is beyond.
 */
export const imagePatches = defineKernel({
  name: 'image_patches',
  buffers: { x: 'read', y: 'write' },
  params: shape,
  workgroups: (params) => lanes((rows(params) * params.stride) / 4, 64),
  cost: (params) => ({ flops: 0, bytes: 4 * (pixels(params) + rows(params) * params.stride) }),
})

/** The gradient at x of imagePatches. dy as y, dx as x. `accumulate` 1 adds onto dx, 0 replaces it. */
export const imagePatchesGrad = defineKernel({
  name: 'image_patches_grad',
  buffers: { dy: 'read', dx: 'write' },
  params: { ...shape, accumulate: 'u32' },
  workgroups: (params) => lanes(pixels(params), 256),
  cost: (params) => ({ flops: params.accumulate * pixels(params), bytes: 4 * (2 + params.accumulate) * pixels(params) }),
})
