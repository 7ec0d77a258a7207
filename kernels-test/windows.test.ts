import { describe, expect, it } from 'vitest'
import { windows, windowsGrad } from '../src/kernels/windows.js'
import * as reference from '../src/reference/windows.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'
import { someWidths, windowImages, windowShape } from './window_shapes.js'

type Shape = ReturnType<typeof windowShape>
const numbers = ({ batch, height, width, stride }: Shape) => batch * height * width * stride
const made = ({ batch, down, across, columns }: Shape) => batch * down * across * columns

describe('windows', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = windowShape({ batch: 2, height: 5, width: 6, channels: 3, kernelHeight: 3, kernelWidth: 3, step: 2, edge: 1 })
    const lengths = Uint32Array.of(6, 3)
    const dy = noise(made(shape), 2)
    const differences = finiteDifference((at) => dot(reference.windows(at, lengths, shape), dy), noise(numbers(shape), 1))
    expectGrad('dx', reference.windowsGrad(dy, lengths, shape), differences)
  })

  it('lets windows go past a length where that is wanted, over ones that no gradient comes back to', async () => {
    const shape = {
      ...windowShape({ batch: 2, height: 1, width: 7, channels: 6, kernelHeight: 1, kernelWidth: 3, step: 1, edge: 0 }),
      filled: 1,
    }
    const lengths = Uint32Array.of(7, 4)
    const [x, dy] = [noise(numbers(shape), 8), noise(made(shape), 9)]
    const want = reference.windowsGrad(dy, lengths, shape)
    expectGrad(
      'dx',
      want,
      finiteDifference((at) => dot(reference.windows(at, lengths, shape), dy), x),
    )
    const bad = x.map((v, at) => (at < (7 + 4) * shape.stride ? v : Number.NaN))
    const { y } = await runKernel(windows, { x: bad, lengths, y: made(shape) }, shape)
    expectClose('y', y, reference.windows(x, lengths, shape), { ulps: 0, scale: 1 })
    expect([...y.subarray(-6, -2)]).toEqual([1, 1, 1, 1])
    const { dx } = await runKernel(windowsGrad, { dy, lengths, dx: numbers(shape) }, { ...shape, accumulate: 0 })
    expectClose('dx', dx, want, { ulps: 3, scale: 3 })
  })

  it('makes a product with a flattened weight a convolution', () => {
    const shape = windowShape({ batch: 1, height: 1, width: 4, channels: 1, kernelHeight: 1, kernelWidth: 3, step: 1, edge: 0 })
    const x = Float64Array.of(1, 9, 9, 9, 2, 9, 9, 9, 3, 9, 9, 9, 4, 9, 9, 9)
    expect([...reference.windows(x, Uint32Array.of(4), shape)]).toEqual([1, 2, 3, 0, 2, 3, 4, 0])
  })

  for (const image of windowImages) {
    const shape = windowShape(image)
    const { batch, height, width, channels, kernelHeight, kernelWidth, step } = image
    it(`moves [${batch}, ${height}, ${width}, ${channels}] to windows of ${kernelHeight} × ${kernelWidth}, ${step} apart, and back`, async () => {
      const lengths = someWidths(image)
      const x = noise(numbers(shape), 3)
      const { y } = await runKernel(windows, { x, lengths, y: made(shape) }, shape)
      expectClose('y', y, reference.windows(x, lengths, shape), { ulps: 0, scale: 1 })

      const dy = noise(made(shape), 4)
      const want = reference.windowsGrad(dy, lengths, shape)
      const { dx } = await runKernel(windowsGrad, { dy, lengths, dx: numbers(shape) }, { ...shape, accumulate: 0 })
      // At most a sum of as many numbers as there are taps.
      const taps = kernelHeight * kernelWidth
      expectClose('dx', dx, want, { ulps: taps, scale: taps })
      const there = noise(numbers(shape), 5)
      const added = await runKernel(windowsGrad, { dy, lengths, dx: there }, { ...shape, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + there[i]!),
        { ulps: taps + 1, scale: taps + 1 },
      )
    })
  }

  it('never reads past a length, nor windows that a sample does not have', async () => {
    const shape = windowShape({ batch: 2, height: 2, width: 6, channels: 4, kernelHeight: 1, kernelWidth: 3, step: 1, edge: 0 })
    const lengths = Uint32Array.of(4, 2)
    const [x, dy] = [noise(numbers(shape), 6), noise(made(shape), 7)]
    const bad = {
      x: x.map((v, at) => (Math.floor(at / shape.stride) % 6 < lengths[Math.floor(at / (12 * shape.stride))]! ? v : Number.NaN)),
      dy: dy.map((v, at) =>
        Math.floor(at / shape.columns) % 4 < [2, 0][Math.floor(at / (8 * shape.columns))]! && at % shape.columns < 12 ? v : Number.NaN,
      ),
    }
    const { y } = await runKernel(windows, { x: bad.x, lengths, y: made(shape) }, shape)
    expectClose('y', y, reference.windows(x, lengths, shape), { ulps: 0, scale: 1 })
    const { dx } = await runKernel(windowsGrad, { dy: bad.dy, lengths, dx: numbers(shape) }, { ...shape, accumulate: 0 })
    expectClose('dx', dx, reference.windowsGrad(dy, lengths, shape), { ulps: 3, scale: 3 })
    expect([...y.subarray(8 * shape.columns)].every((v) => v === 0)).toBe(true)
  })
})
