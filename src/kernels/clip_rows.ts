import { defineKernel, lanes } from '../device/kernel.js'

const shape = { batch: 'u32', length: 'u32', images: 'u32', tokens: 'u32', width: 'u32', first: 'u32' } as const

/**
 * y[b, t] = the first row of frame t of clip b; x [images, tokens, width] has the frames first … first + images - 1 of all clips, which lie one
 * behind the other. lengths u32 [batch]; y [batch, length, width]; width a multiple of 4. Rows of frames that are not in x, and of padding, are 0;
 * `keep` 1 leaves them as they are.
 */
export const clipRows = defineKernel({
  name: 'clip_rows',
  buffers: { x: 'read', lengths: 'read', y: 'write' },
  params: { ...shape, keep: 'u32' },
  workgroups: ({ batch, length, width }) => lanes((batch * length * width) / 4, 64),
  cost: ({ batch, length, images, width }) => ({ flops: 0, bytes: 4 * (images * width + batch + batch * length * width) }),
})

/** The gradient at x of clipRows: 0 in rows that it does not take. dy [batch, length, width]. `accumulate` 1 adds onto dx, 0 replaces it. */
export const clipRowsGrad = defineKernel({
  name: 'clip_rows_grad',
  buffers: { dy: 'read', lengths: 'read', dx: 'write' },
  params: { ...shape, accumulate: 'u32' },
  workgroups: ({ images, tokens, width }) => lanes((images * tokens * width) / 4, 256),
  cost: ({ batch, images, tokens, width, accumulate }) => ({
    flops: accumulate * images * tokens * width,
    bytes: 4 * (images * width * (1 + tokens * (1 + accumulate)) + batch),
  }),
})
