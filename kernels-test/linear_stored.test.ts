import { describe, expect, it } from 'vitest'
import { linear } from '../src/kernels/linear.js'
import { linearStored } from '../src/kernels/linear_stored.js'
import { nearestHalf, toHalf } from '../src/reference/to_half.js'
import { forced, hasSubgroups, noise, runKernel } from './harness.js'
import { expectAccumulation, expectFinish, expectReference, inVariant, plain, storedProducts, title, unread } from './products.js'

// One element; under, at and over a lane's tile of 8 and a workgroup's of 64; primes; a wide output.
const sizes = [
  { rows: 1, inner: 4, cols: 4 },
  { rows: 7, inner: 12, cols: 4 },
  { rows: 9, inner: 20, cols: 12 },
  { rows: 64, inner: 64, cols: 64 },
  { rows: 65, inner: 68, cols: 68 },
  { rows: 131, inner: 36, cols: 152 },
]

describe('linear_stored', () => {
  for (const variant of ['portable', 'subgroup', 'tiled']) {
    for (const size of sizes) {
      it(`matches the reference, both ways, ${variant}, ${title(size)}`, async ({ skip }) => {
        if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
        await expectReference(inVariant(storedProducts, variant), size)
      })
    }

    it(`adds on, and finishes as linear does, ${variant}`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      await expectAccumulation(inVariant(storedProducts, variant))
      await expectFinish(inVariant(storedProducts, variant), sizes.at(-1)!)
    })
  }

  it('rounds nothing that linear does not: of weights that halves hold it gives the same bits, of any x', async () => {
    const size = { rows: 9, inner: 20, cols: 12 }
    const given = { x: noise(180, 1, 1e6), b: noise(12, 2), ...unread, y: 108 }
    const w = noise(240, 3).map(nearestHalf)
    const params = { ...size, ...plain, hasBias: 1 }
    const stored = await runKernel(forced(linearStored, 'portable'), { ...given, w: toHalf(w) }, params)
    expect(stored.y).toEqual((await runKernel(forced(linear, 'portable'), { ...given, w }, params)).y)
  })
})
