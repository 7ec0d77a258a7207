import { describe, expect, it } from 'vitest'
import { maxPool, maxPoolGrad } from '../src/kernels/max_pool.js'
import * as reference from '../src/reference/max_pool.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'
import { someWidths, windowShape } from './window_shapes.js'

const shapeOf = (image: Parameters<typeof windowShape>[0]) => {
  const { stride: _, columns: __, filled: ___, ...shape } = windowShape(image)
  return shape
}
type Shape = ReturnType<typeof shapeOf>
const numbers = ({ batch, height, width, channels }: Shape) => batch * height * width * channels
const pooled = ({ batch, down, across, channels }: Shape) => batch * down * across * channels

const pairs = { height: 1, kernelHeight: 1, kernelWidth: 2, step: 2, edge: 0 }
const squares = { kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 }
// Frames in pairs, of odd lengths too; a ResNet's squares; one lane; 255, 257 and a prime number of lanes.
const images = [
  { batch: 1, width: 2, channels: 4, ...pairs },
  { batch: 1, width: 2 * 255, channels: 4, ...pairs },
  { batch: 3, width: 37, channels: 12, ...pairs },
  { batch: 1, width: 2 * 1009, channels: 4, ...pairs },
  { batch: 2, width: 13, channels: 1024, ...pairs },
  { batch: 2, height: 9, width: 12, channels: 8, ...squares },
  { batch: 1, height: 8, width: 7, channels: 64, ...squares },
]

describe('max_pool', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = shapeOf({ batch: 2, height: 5, width: 6, channels: 4, ...squares })
    const lengths = Uint32Array.of(6, 3)
    const [x, dy] = [noise(numbers(shape), 1), noise(pooled(shape), 2)]
    const { places } = reference.maxPool(x, lengths, shape)
    const differences = finiteDifference((at) => dot(reference.maxPool(at, lengths, shape).y, dy), x)
    expectGrad('dx', reference.maxPoolGrad(dy, places, lengths, shape), differences)
  })

  for (const image of images) {
    const shape = shapeOf(image)
    it(`matches the reference at [${shape.batch}, ${shape.height}, ${shape.width}, ${shape.channels}], to the bit, both ways`, async () => {
      const lengths = someWidths(image)
      const x = noise(numbers(shape), 3)
      const want = reference.maxPool(x, lengths, shape)
      const { y, places } = await runKernel(maxPool, { x, lengths, y: pooled(shape), places: pooled(shape) }, shape)
      expectClose('y', y, want.y, { ulps: 0, scale: 1 })
      expect([...new Uint32Array(places.buffer)]).toEqual([...want.places])

      const dy = noise(pooled(shape), 4)
      const grad = reference.maxPoolGrad(dy, want.places, lengths, shape)
      const given = { dy, places: want.places, lengths }
      const { dx } = await runKernel(maxPoolGrad, { ...given, dx: numbers(shape) }, { ...shape, accumulate: 0 })
      // Four windows at most share a number.
      expectClose('dx', dx, grad, { ulps: 4, scale: 4 })
      const there = noise(numbers(shape), 5)
      const added = await runKernel(maxPoolGrad, { ...given, dx: there }, { ...shape, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        grad.map((v, i) => v + there[i]!),
        { ulps: 5, scale: 5 },
      )
    })
  }

  it('gives the first of equal numbers the gradient, and none where nothing is above 0', async () => {
    const shape = shapeOf({ batch: 1, width: 4, channels: 4, ...pairs })
    const x = Float64Array.from([1, 0, -1, 2, 1, 0, -2, 1, 3, 3, -0, -1, 3, 4, 0, 0])
    const { y, places } = await runKernel(maxPool, { x, lengths: Uint32Array.of(4), y: 8, places: 8 }, shape)
    expect([...y]).toEqual([1, 0, 0, 2, 3, 4, 0, 0])
    const none = reference.NONE
    expect([...new Uint32Array(places.buffer)]).toEqual([0, none, none, 0, 0, 1, none, none])
  })

  it('never reads past a length', async () => {
    const shape = shapeOf({ batch: 2, width: 5, channels: 4, ...pairs })
    const lengths = Uint32Array.of(3, 0)
    const x = noise(40, 6)
    const bad = x.map((v, at) => (at < 12 ? v : Number.NaN))
    const want = reference.maxPool(x, lengths, shape)
    const { y } = await runKernel(maxPool, { x: bad, lengths, y: 16, places: 16 }, shape)
    expectClose('y', y, want.y, { ulps: 0, scale: 1 })
    const dy = noise(16, 7).map((v, at) => (at < 4 ? v : Number.NaN))
    const given = { dy, places: want.places, lengths, dx: 40 }
    const { dx } = await runKernel(maxPoolGrad, given, { ...shape, accumulate: 0 })
    expect([...dx].every(Number.isFinite)).toBe(true)
  })
})
