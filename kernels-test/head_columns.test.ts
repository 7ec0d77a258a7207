import { describe, expect, it } from 'vitest'
import { headColumns } from '../src/kernels/head_columns.js'
import * as reference from '../src/reference/head_columns.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Heads of 5, 6, 7 and 1 columns; lanes: one, a workgroup and one over, a prime number; heads of more than a workgroup; a batch of 120 clips' keys.
const shapes = [
  { rows: 1, heads: 4, columnsFrom: 1, columnsTo: 4 },
  { rows: 32, heads: 4, columnsFrom: 5, columnsTo: 8 },
  { rows: 257, heads: 2, columnsFrom: 6, columnsTo: 8 },
  { rows: 1009, heads: 4, columnsFrom: 7, columnsTo: 8 },
  { rows: 3, heads: 4, columnsFrom: 1031, columnsTo: 1032 },
  { rows: 960, heads: 8, columnsFrom: 13, columnsTo: 16 },
]

describe('head_columns', () => {
  it('has the same with both widths exchanged as its gradient, by finite differences', () => {
    const shape = { rows: 3, heads: 4, columnsFrom: 5, columnsTo: 8 }
    const [x, dy] = [noise(60, 1), noise(96, 2)]
    const dx = reference.headColumns(dy, { ...shape, columnsFrom: 8, columnsTo: 5 })
    expectGrad(
      'dx',
      dx,
      finiteDifference((at) => dot(reference.headColumns(at, shape), dy), x),
    )
  })

  for (const shape of shapes) {
    const { rows, heads, columnsFrom, columnsTo } = shape
    it(`copies as the reference does, both ways, ${rows} rows of ${heads} heads of ${columnsFrom}`, async () => {
      const x = noise(rows * heads * columnsFrom, 3)
      const { y } = await runKernel(headColumns, { x, y: rows * heads * columnsTo }, { ...shape, accumulate: 0 })
      expect([...y]).toEqual([...Float32Array.from(reference.headColumns(x, shape))])

      const back = { ...shape, columnsFrom: columnsTo, columnsTo: columnsFrom }
      const dy = noise(rows * heads * columnsTo, 4)
      const dx = reference.headColumns(dy, back)
      // Between heads lies nothing that counts.
      for (let i = 0; i < dy.length; i++) if (i % columnsTo >= columnsFrom) dy[i] = Number.NaN
      const { y: got } = await runKernel(headColumns, { x: dy, y: x.length }, { ...back, accumulate: 0 })
      expect([...got]).toEqual([...Float32Array.from(dx)])
      const { y: added } = await runKernel(headColumns, { x: dy, y: x }, { ...back, accumulate: 1 })
      expectClose(
        'sum',
        added,
        dx.map((v, i) => v + x[i]!),
        { ulps: 1, scale: 2 },
      )
    })
  }
})
