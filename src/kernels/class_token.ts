import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y = a learned row before the rows of every image, and a learned position added to each. x [images, patches, width], token [width],
 * positions [≥ 1 + patches, width], y [images, 1 + patches, width]; width a multiple of 4.
 */
export const classToken = defineKernel({
  name: 'class_token',
  buffers: { x: 'read', token: 'read', positions: 'read', y: 'write' },
  params: { images: 'u32', patches: 'u32', width: 'u32' },
  workgroups: ({ images, patches, width }) => lanes((images * (patches + 1) * width) / 4, 64),
  cost: ({ images, patches, width }) => ({
    flops: images * (patches + 1) * width,
    bytes: 4 * width * (images * (2 * patches + 1) + patches + 2),
  }),
})

/** The gradient at x of classToken: dy without its first rows. `accumulate` 1 adds onto dx, 0 replaces it. */
export const classTokenGrad = defineKernel({
  name: 'class_token_grad',
  buffers: { dy: 'read', dx: 'write' },
  params: { images: 'u32', patches: 'u32', width: 'u32', accumulate: 'u32' },
  workgroups: ({ images, patches, width }) => lanes((images * patches * width) / 4, 64),
  cost: ({ images, patches, width, accumulate }) => ({
    flops: accumulate * images * patches * width,
    bytes: 4 * (2 + accumulate) * images * patches * width,
  }),
})

/** The gradients at token and positions of classToken, added onto what is there. dy [images, tokens, width], tokens = 1 + patches. */
export const classTokenWeightGrad = defineKernel({
  name: 'class_token_weight_grad',
  buffers: { dy: 'read', dtoken: 'update', dpositions: 'update' },
  params: { images: 'u32', tokens: 'u32', width: 'u32' },
  workgroups: ({ tokens, width }) => lanes((tokens * width) / 4, 64),
  cost: ({ images, tokens, width }) => ({ flops: images * tokens * width, bytes: 4 * width * ((images + 2) * tokens + 2) }),
})
