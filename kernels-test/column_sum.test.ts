import { describe, expect, it } from 'vitest'
import { columnSum } from '../src/kernels/column_sum.js'
import * as reference from '../src/reference/column_sum.js'
import { expectClose, forced, noise, runKernel } from './harness.js'

// Lanes (cols / 4): one; one short of a workgroup of 16, exactly one, one over; a prime several long; a feed-forward bias.
// Rows leave 1, 2, 3 and 0 over after the fours, and there may be fewer than four; a workgroup that owns columns takes 128 rows at a time.
const shapes = [
  { rows: 1, cols: 4 },
  { rows: 3, cols: 4 * 15 },
  { rows: 4, cols: 4 * 16 },
  { rows: 97, cols: 4 * 17 },
  { rows: 150, cols: 4 * 53 },
  { rows: 96, cols: 2048 },
]

const variants = ['portable', 'workgroup']

describe('column_sum', () => {
  it('is in the reference what it says', () => {
    expect([...reference.columnSum(Float64Array.of(1, 2, 3, 4, 10, 20, 30, 40), 4)]).toEqual([11, 22, 33, 44])
  })

  for (const [variant, { rows, cols }] of variants.flatMap((variant) => shapes.map((shape) => [variant, shape] as const))) {
    it(`adds the reference's totals onto what is there, ${variant}, at [${rows}, ${cols}]`, async () => {
      const x = noise(rows * cols, 1)
      const there = noise(cols, 2)
      const { sum } = await runKernel(forced(columnSum, variant), { x, sum: there }, { rows, cols })
      // Chains of rows/4 additions and three to fold, of sums that stay around √rows.
      const want = reference.columnSum(x, cols).map((v, c) => v + there[c]!)
      expectClose('sum', sum, want, { ulps: Math.ceil(rows / 4) + 4, scale: Math.sqrt(rows) })
    })
  }

  it.each(variants)('adds nothing for no rows, %s', async (variant) => {
    const there = noise(8, 3)
    const { sum } = await runKernel(forced(columnSum, variant), { x: noise(8, 4), sum: there }, { rows: 0, cols: 8 })
    expect([...sum]).toEqual([...there])
  })
})
