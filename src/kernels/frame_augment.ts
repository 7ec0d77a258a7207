import { defineKernel, lanes } from '../device/kernel.js'

/** Numbers in a frame's row of transforms: an affine map of 6, a change of colours of 12, mean and inverse deviation of three colours. */
export const TRANSFORM = 24

/**
 * y = frames drawn into squares through an affine map, bilinearly or as means where they shrink, with changed and normalised colours. pixels u32
 * RGBA; places u32 [frames, 4]: first pixel, width (0: no frame, and y 0), height, nothing; transforms [frames, TRANSFORM];
 * y [frames, 3, size, size].
 */
export const frameAugment = defineKernel({
  name: 'frame_augment',
  buffers: { pixels: 'read', places: 'read', transforms: 'read', y: 'write' },
  params: { frames: 'u32', size: 'u32' },
  workgroups: ({ frames, size }) => lanes(frames * size * size, 64),
  // As if every frame were as large as its picture: four pixels a pixel, a weight and four additions each, then 12 products.
  cost: ({ frames, size }) => ({ flops: 68 * frames * size * size, bytes: 4 * frames * (size * size * 4 + TRANSFORM + 4) }),
})
