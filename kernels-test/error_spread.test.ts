import { describe, expect, it } from 'vitest'
import { errorSpread } from '../src/kernels/error_spread.js'
import * as reference from '../src/reference/error_spread.js'
import { expectClose, noise, runKernel } from './harness.js'

// A workgroup is 8 lanes of 4 columns: one lane, one short, exactly one group, one over, a prime number; and the model's frame.
const shapes = [
  { batch: 1, length: 1, stride: 4 },
  { batch: 2, length: 5, stride: 28 },
  { batch: 3, length: 4, stride: 32 },
  { batch: 4, length: 7, stride: 36 },
  { batch: 5, length: 3, stride: 4 * 53 },
  { batch: 8, length: 152, stride: 152 },
]

describe('error_spread', () => {
  for (const shape of shapes) {
    const { batch, length, stride } = shape
    it(`matches the reference, with NaN for padding rows, at ${batch}×${length}×${stride}`, async () => {
      const frames = Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : Math.floor((length * b) / batch)))
      const pad = (v: number, i: number) => (Math.floor(i / stride) % length < frames[Math.floor(i / stride / length)]! ? v : Number.NaN)
      const pred = noise(batch * length * stride, 1).map(pad)
      const goal = noise(batch * length * stride, 2).map(pad)
      const { spread } = await runKernel(errorSpread, { pred, goal, frames, spread: 2 * stride }, shape)
      const wanted = reference.errorSpread(pred, goal, frames, shape)
      // Errors cancel in the first sum, not in the second; |d| <= 2 bounds what was added to both.
      const rows = frames.reduce((sum, n) => sum + n, 0)
      const scale = Float64Array.from(wanted, (v, i) => (i < stride ? 2 * rows : v))
      // Two roundings a cell, and `length` additions in a sample's sum, `batch` in the total: the latter two by far the larger.
      expectClose('spread', spread, wanted, { ulps: length + batch + 3, scale })
    })
  }

  it('gives the standard deviation of a noise that was put in', async () => {
    const [batch, length, stride] = [4, 100, 4]
    const sizes = [0.1, 0.2, 0.4, 0.8]
    const goal = noise(batch * length * stride, 3)
    const pred = noise(goal.length, 4).map((v, i) => goal[i]! + v * sizes[i % 4]!)
    const frames = new Uint32Array(batch).fill(length)
    const { spread } = await runKernel(errorSpread, { pred, goal, frames, spread: 8 }, { batch, length, stride })
    sizes.forEach((size, c) => {
      const mean = spread[c]! / 400
      const deviation = Math.sqrt(spread[4 + c]! / 400 - mean * mean)
      // A uniform number in [-size, size) deviates by size/√3; 400 draws tell it to within a few per cent.
      expect(Math.abs(deviation / (size / Math.sqrt(3)) - 1)).toBeLessThan(0.1)
    })
  })

  it('keeps what padding columns hold in their own column', async () => {
    const pred = Float64Array.of(1, 2, 3, Number.NaN, 1, 2, 3, Number.NaN)
    const { spread } = await runKernel(
      errorSpread,
      { pred, goal: new Float64Array(8), frames: Uint32Array.of(2), spread: 8 },
      { batch: 1, length: 2, stride: 4 },
    )
    expect([...spread]).toEqual([2, 4, 6, Number.NaN, 2, 8, 18, Number.NaN])
  })

  it('is 0 of samples without frames', async () => {
    const nothing = new Float64Array(8).fill(Number.NaN)
    const { spread } = await runKernel(
      errorSpread,
      { pred: nothing, goal: nothing, frames: Uint32Array.of(0, 0), spread: 8 },
      { batch: 2, length: 1, stride: 4 },
    )
    expect([...spread]).toEqual(new Array(8).fill(0))
  })
})
