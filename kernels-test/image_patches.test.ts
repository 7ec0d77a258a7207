import { describe, expect, it } from 'vitest'
import { imagePatches, imagePatchesGrad } from '../src/kernels/image_patches.js'
import * as reference from '../src/reference/image_patches.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes of the way there (rows · stride / 4, workgroups of 64): one; one short, exactly one, one over; a prime; DINOv2's patches of a picture
// of 56 by 84 in three colours. Patches of 3 and 5 leave columns of padding.
const shapes = [
  { images: 1, channels: 1, height: 2, width: 2, side: 2, stride: 4 },
  { images: 1, channels: 7, height: 3, width: 9, side: 3, stride: 84 },
  { images: 4, channels: 1, height: 8, width: 8, side: 4, stride: 16 },
  { images: 5, channels: 1, height: 2, width: 26, side: 2, stride: 4 },
  { images: 1, channels: 1, height: 2, width: 2 * 257, side: 2, stride: 4 },
  { images: 2, channels: 3, height: 10, width: 5, side: 5, stride: 76 },
  { images: 3, channels: 3, height: 56, width: 84, side: 14, stride: 588 },
]

const pixels = ({ images, channels, height, width }: reference.Images) => images * channels * height * width
const numbers = ({ images, height, width, side, stride }: reference.Images) => images * (height / side) * (width / side) * stride

describe('image_patches', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = { images: 2, channels: 3, height: 6, width: 3, side: 3, stride: 28 }
    const x = noise(pixels(shape), 1)
    const dy = noise(numbers(shape), 2)
    const differences = finiteDifference((at) => dot(reference.imagePatches(at, shape), dy), x)
    expectGrad('dx', reference.imagePatchesGrad(dy, shape), differences)
  })

  for (const shape of shapes) {
    const { images, channels, height, width, side } = shape
    it(`moves every pixel of [${images}, ${channels}, ${height}, ${width}] to its patch of ${side}, and its gradient back, to the bit`, async () => {
      const x = noise(pixels(shape), 3)
      const { y } = await runKernel(imagePatches, { x, y: numbers(shape) }, shape)
      expectClose('y', y, reference.imagePatches(x, shape), { ulps: 0, scale: 1 })

      const dy = noise(numbers(shape), 4)
      const want = reference.imagePatchesGrad(dy, shape)
      const { dx } = await runKernel(imagePatchesGrad, { dy, dx: pixels(shape) }, { ...shape, accumulate: 0 })
      expectClose('dx', dx, want, { ulps: 0, scale: 1 })
      const there = noise(pixels(shape), 5)
      const added = await runKernel(imagePatchesGrad, { dy, dx: there }, { ...shape, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + there[i]!),
        { ulps: 1, scale: 2 },
      )
    })
  }

  it('never lets the padding of a row into the gradient', async () => {
    const shape = { images: 1, channels: 1, height: 3, width: 6, side: 3, stride: 12 }
    const dy = noise(24, 6)
    for (const row of [0, 1]) dy.fill(Number.NaN, 12 * row + 9, 12 * row + 12)
    const { dx } = await runKernel(imagePatchesGrad, { dy, dx: 18 }, { ...shape, accumulate: 0 })
    expect([...dx].every(Number.isFinite)).toBe(true)
  })
})
