import { defineKernel, lanes } from '../device/kernel.js'

const shape = { images: 'u32', tokens: 'u32', width: 'u32', first: 'u32', room: 'u32' } as const

/**
 * y[places[first + i]] = x[i, 0], the other rows of y as they were. x [images, tokens, width]; places u32 [≥ first + images], no two alike below
 * room, from room on of images that are padding; y [room, width]; width a multiple of 4.
 */
export const placeRows = defineKernel({
  name: 'place_rows',
  buffers: { x: 'read', places: 'read', y: 'update' },
  params: shape,
  workgroups: ({ images, width }) => lanes((images * width) / 4, 64),
  cost: ({ images, width }) => ({ flops: 0, bytes: 4 * images * (2 * width + 1) }),
})

/** The gradient at x of placeRows. dy [room, width], dx [images, tokens, width]. `accumulate` 1 adds onto dx, 0 replaces it. */
export const placeRowsGrad = defineKernel({
  name: 'place_rows_grad',
  buffers: { dy: 'read', places: 'read', dx: 'write' },
  params: { ...shape, accumulate: 'u32' },
  workgroups: ({ images, tokens, width }) => lanes((images * tokens * width) / 4, 256),
  cost: ({ images, tokens, width, accumulate }) => ({
    flops: accumulate * images * tokens * width,
    bytes: 4 * images * (width * (1 + tokens * (1 + accumulate)) + 1),
  }),
})
