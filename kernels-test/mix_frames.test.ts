import { describe, expect, it } from 'vitest'
import { mixFrames } from '../src/kernels/mix_frames.js'
import * as reference from '../src/reference/mix_frames.js'
import { noise, runKernel } from './harness.js'

const seed = Uint32Array.of(99, 0xdeadbeef, 0, 0)

// Lanes (rows · stride / 4): one; one short of a workgroup, exactly one, one over; a prime; clips as stored, and under future prediction.
const shapes = [
  { batch: 1, length: 1, stride: 4, predStride: 4, coords: 3, frames: [1] },
  { batch: 1, length: 17, stride: 60, predStride: 60, coords: 58, frames: [17] },
  { batch: 2, length: 4, stride: 128, predStride: 128, coords: 125, frames: [4, 3] },
  { batch: 1, length: 257, stride: 4, predStride: 8, coords: 4, frames: [200] },
  { batch: 1, length: 1009, stride: 4, predStride: 4, coords: 1, frames: [1009] },
  { batch: 3, length: 20, stride: 152, predStride: 152, coords: 150, frames: [20, 1, 13] },
  { batch: 2, length: 9, stride: 152, predStride: 452, coords: 150, frames: [9, 40] },
]

interface Case {
  readonly batch: number
  readonly length: number
  readonly stride: number
  readonly predStride: number
  readonly coords: number
  readonly frames: readonly number[]
}

/** What the kernel makes of some frames and predictions, and what it was given. */
async function mixed({ frames, ...shape }: Case, share: number, stream = 4) {
  const rows = shape.batch * shape.length
  const [x, pred, lengths] = [noise(rows * shape.stride, 1), noise(rows * shape.predStride, 2), Uint32Array.from(frames)]
  const buffers = { x, pred, frames: lengths, share: Float32Array.of(share), seed, y: rows * shape.stride }
  const { y } = await runKernel(mixFrames, buffers, { ...shape, stream })
  return { x, pred, lengths, y: Float64Array.from(y) }
}

describe('mix_frames', () => {
  for (const shape of shapes) {
    for (const share of [0, 0.3, 1].map(Math.fround)) {
      it(`is the reference, bit for bit, at [${shape.batch}, ${shape.length}, ${shape.stride}] with a share of ${share.toFixed(1)}`, async () => {
        const { x, pred, lengths, y } = await mixed(shape, share)
        expect(y).toEqual(reference.mixFrames(x, pred, lengths, seed, { ...shape, stream: 4, share }))
      })
    }
  }

  it('at a share of 1 takes every real frame but the first from the row before, and leaves counters and padding', async () => {
    const shape = { batch: 2, length: 6, stride: 8, predStride: 12, coords: 6, frames: [6, 4] }
    const { x, pred, y } = await mixed(shape, 1)
    for (let i = 0; i < y.length; i++) {
      const [row, c] = [Math.floor(i / 8), i % 8]
      const replaced = c < 6 && row % 6 > 0 && row % 6 < shape.frames[Math.floor(row / 6)]!
      expect(y[i], `row ${row}, column ${c}`).toBe(replaced ? pred[(row - 1) * 12 + c] : x[i])
    }
  })

  it('lets no NaN in: of a prediction behind the end, of one that is not drawn, of its columns behind the coordinates', async () => {
    const shape = { batch: 1, length: 8, stride: 8, predStride: 8, coords: 6 }
    const x = noise(64, 1)
    const pred = noise(64, 2).map((v, i) => (i >= 4 * 8 || i % 8 >= 6 ? Number.NaN : v))
    const given = { x, pred, frames: Uint32Array.of(5), share: Float32Array.of(1), seed, y: 64 }
    const all = await runKernel(mixFrames, given, { ...shape, stream: 0 })
    for (const v of all.y) expect(v).not.toBeNaN()
    const hostile = { ...given, pred: pred.fill(Number.NaN), share: Float32Array.of(0) }
    expect([...(await runKernel(mixFrames, hostile, { ...shape, stream: 0 })).y]).toEqual([...x])
  })

  it('draws frames with their probability, each by itself, and others in another stream', async () => {
    const shape = { batch: 4, length: 2500, stride: 4, predStride: 4, coords: 3, frames: [2500, 2500, 2500, 2500] }
    const drawn = async (stream: number) => {
      const { x, y } = await mixed(shape, Math.fround(0.3), stream)
      return Float64Array.from({ length: 10_000 }, (_, row) => (y[4 * row] === x[4 * row] ? 0 : 1))
    }
    const [first, other] = [await drawn(1), await drawn(2)]
    const rate = first.reduce((a, b) => a + b) / 10_000
    // Four deviations of the mean of 10,000 draws, and of a product of two.
    expect(Math.abs(rate - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / 10_000))
    const together = (a: Float64Array, b: (i: number) => number) => a.reduce((sum, v, i) => sum + (v - 0.3) * (b(i) - 0.3), 0) / 10_000
    expect(Math.abs(together(first, (i) => first[(i + 1) % 10_000]!))).toBeLessThan((4 * 0.21) / 100)
    expect(Math.abs(together(first, (i) => other[i]!))).toBeLessThan((4 * 0.21) / 100)
  })
})
