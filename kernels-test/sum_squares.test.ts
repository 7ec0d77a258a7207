import { describe, expect, it } from 'vitest'
import { PARTIALS, sumSquares } from '../src/kernels/sum_squares.js'
import * as reference from '../src/reference/sum_squares.js'
import { expectClose, noise, runKernel } from './harness.js'

async function total(x: Float64Array): Promise<Float32Array> {
  const { partial } = await runKernel(sumSquares, { x, partial: PARTIALS }, { n: x.length })
  return Float32Array.of(partial.reduce((sum, v) => sum + v, 0))
}

// In vec4s: one, around one workgroup of 64, around one vec4 a lane, a prime number, and a model's larger matrix.
const sizes = [1, 63, 64, 65, PARTIALS - 1, PARTIALS, PARTIALS + 1, 10_007, (512 * 2048) / 4]

describe('sum_squares', () => {
  for (const vectors of sizes) {
    it(`matches the reference at [${4 * vectors}]`, async () => {
      const x = noise(4 * vectors, vectors)
      const wanted = Float64Array.of(reference.sumSquares(x))
      // A rounding a square, vectors/PARTIALS running additions, three across, one to hand over.
      expectClose('total', await total(x), wanted, { ulps: vectors / PARTIALS + 6, scale: wanted })
    })
  }

  it('counts every number exactly once', async () => {
    // Squares 1, and sums far below 2^24: float32 adds them without rounding.
    for (const vectors of [1, 65, 1025, 4099]) expect((await total(new Float64Array(4 * vectors).fill(-1)))[0]).toBe(4 * vectors)
  })

  it('reads nothing past n in a longer buffer', async () => {
    for (const vectors of [1, 65, PARTIALS + 3]) {
      const x = new Float64Array(4 * (vectors + PARTIALS)).fill(Number.NaN).fill(1, 0, 4 * vectors)
      const { partial } = await runKernel(sumSquares, { x, partial: PARTIALS }, { n: 4 * vectors })
      expect(partial.reduce((sum, v) => sum + v, 0)).toBe(4 * vectors)
    }
  })

  it('fills every partial, with 0 where there is nothing to add', async () => {
    const { partial } = await runKernel(sumSquares, { x: Float64Array.of(1, 2, 3, 4), partial: PARTIALS }, { n: 4 })
    expect(partial[0]).toBe(30)
    expect(partial.subarray(1).every((v) => v === 0)).toBe(true)
  })

  it('hands infinity and NaN on to one partial each, and overflows to infinity', async () => {
    const x = noise(4 * PARTIALS, 3)
    x[40] = Number.NaN
    x[80] = Number.NEGATIVE_INFINITY
    x[120] = 1e20
    const { partial } = await runKernel(sumSquares, { x, partial: PARTIALS }, { n: x.length })
    expect(partial[10]).toBeNaN()
    expect(partial[20]).toBe(Number.POSITIVE_INFINITY)
    expect(partial[30]).toBe(Number.POSITIVE_INFINITY)
    expect(partial.filter((v) => !Number.isFinite(v)).length).toBe(3)
  })
})
