import { describe, expect, it } from 'vitest'
import { clipScale } from '../src/kernels/clip_scale.js'
import { PARTIALS, sumSquares } from '../src/kernels/sum_squares.js'
import * as reference from '../src/reference/clip_scale.js'
import { expectClose, noise, runKernel } from './harness.js'

async function clipOf(partial: Float64Array | Float32Array, limit: number): Promise<Float32Array> {
  const { clip } = await runKernel(clipScale, { partial, clip: 2 }, { partials: partial.length, limit })
  return clip
}

describe('clip_scale', () => {
  for (const partials of [4, 252, 256, 260, 4036, PARTIALS, 3 * PARTIALS]) {
    for (const limit of [0, 0.5, 5, 1000]) {
      it(`matches the reference at [${partials}] with limit ${limit}`, async () => {
        const partial = noise(partials, partials).map(Math.abs)
        const wanted = reference.clipScale(partial, limit)
        // partials/4 running additions; the square root halves them, and adds 5 ulps of its own (WGSL: 1/inverseSqrt), the division 3.
        expectClose('clip', await clipOf(partial, limit), wanted, { ulps: partials / 4 + 20, scale: wanted })
      })
    }
  }

  it('brings a norm of 10 to 5, and leaves one of 3 alone', async () => {
    const long = Float64Array.of(10, 5 / (10 + 1e-6))
    expectClose('clip', await clipOf(Float64Array.of(36, 64, 0, 0), 5), long, { ulps: 16, scale: long })
    const short = Float64Array.of(3, 1)
    expectClose('clip', await clipOf(Float64Array.of(9, 0, 0, 0), 5), short, { ulps: 16, scale: short })
  })

  it('says scale 1 of a gradient of nothing', async () => {
    expect(await clipOf(new Float64Array(4), 5)).toEqual(Float32Array.of(0, 1))
  })

  for (const limit of [0, 5]) {
    it(`reports a norm that is not finite, and scale 0, with limit ${limit}`, async () => {
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const partial = noise(8, 1).map(Math.abs)
        partial[5] = bad
        expect(await clipOf(partial, limit)).toEqual(Float32Array.of(bad, 0))
      }
      expect(await clipOf(new Float64Array(8).fill(3e38), limit), 'a sum that overflows').toEqual(
        Float32Array.of(Number.POSITIVE_INFINITY, 0),
      )
    })
  }

  it('ends what sum_squares began', async () => {
    const x = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 3 : 4))
    const { partial } = await runKernel(sumSquares, { x, partial: PARTIALS }, { n: 400 })
    // 200·9 + 200·16 = 5000: whole numbers all the way to the root.
    expect((await clipOf(partial, 0))[0]).toBeCloseTo(Math.sqrt(5000), 4)
  })
})
