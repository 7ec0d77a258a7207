import { describe, expect, it } from 'vitest'
import { scoreColumns } from '../src/kernels/score_columns.js'
import * as reference from '../src/reference/score_columns.js'
import { expectClose, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of rows, and frames of SignDW.
const shapes = [
  { rows: 1, stride: 4 },
  { rows: 51, stride: 20 },
  { rows: 64, stride: 16 },
  { rows: 257, stride: 4 },
  { rows: 1009, stride: 12 },
  { rows: 48, stride: 384 },
]

describe('score_columns', () => {
  for (const { rows, stride } of shapes)
    it(`is the reference at ${rows}×${stride}, exact where nothing is marked`, async () => {
      const x = noise(rows * stride, 1, 6)
      const marked = Uint32Array.from({ length: stride }, (_, c) => Number(c % 3 === 1))
      const { y } = await runKernel(scoreColumns, { x, marked, y: x.length }, { rows, stride })
      const want = reference.scoreColumns(x, marked)
      // WGSL's exp is off by 3 + 2·|x| ulps; then one sum and a division of 2.5.
      expectClose('y', y, want, { ulps: 8 + 2 * x.reduce((most, v) => Math.max(most, Math.abs(v)), 0), scale: want.map(Math.abs) })
      expect([...y].filter((_, i) => marked[i % stride] === 0)).toEqual([...x].filter((_, i) => marked[i % stride] === 0))
    })

  it('is finite everywhere', async () => {
    const x = Float64Array.of(80, -80, 3e38, -3e38)
    const { y } = await runKernel(scoreColumns, { x, marked: new Uint32Array(4).fill(1), y: 4 }, { rows: 1, stride: 4 })
    expect([y[0], y[2], y[3]]).toEqual([1, 1, 0])
    expect(y[1]).toBeLessThan(1e-30)
  })
})
