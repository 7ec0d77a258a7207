import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { chosenRows, chosenRowsGrad } from '../src/kernels/chosen_rows.js'
import * as reference from '../src/reference/chosen_rows.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes (rows · width / 4, workgroups of 64): one; one short and one over; a prime; a micro-batch in the midst of a batch, and at its end.
const shapes = [
  { batch: 1, length: 1, rows: 1, width: 4, place: 0 },
  { batch: 2, length: 3, rows: 63, width: 4, place: 7 },
  { batch: 5, length: 2, rows: 13, width: 20, place: 8 },
  { batch: 3, length: 4, rows: 1009, width: 4, place: 500 },
  { batch: 4, length: 17, rows: 16, width: 1024, place: 4 },
]

describe('chosen_rows', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = { at: Uint32Array.of(2, 0), place: 1, length: 3, width: 4 }
    const [table, dy] = [noise(16, 2), noise(16, 3)]
    const differences = finiteDifference((x) => dot(reference.chosenRows(x, table, shape), dy), noise(24, 1))
    expectGrad('dx', reference.chosenRowsGrad(dy, shape), differences)
  })

  for (const { place: first, ...shape } of shapes) {
    const { batch, length, rows, width } = shape
    it(`moves rows of [${batch}, ${length}, ${width}] to ${first} of ${rows}, and their gradients back, to the bit`, async () => {
      const random = new Random(rows)
      const at = Uint32Array.from({ length: batch }, () => random.below(length))
      const place = Uint32Array.of(first)
      const chosen = { at, place: first, length, width }
      const [x, table] = [noise(batch * length * width, 4), noise(rows * width, 5)]
      const own = (i: number) => i >= first * width && i < (first + batch) * width
      const holes = table.map((v, i) => (own(i) ? Number.NaN : v))
      const { y } = await runKernel(chosenRows, { x, at, place, table: holes, y: rows * width }, shape)
      expectClose('y', y, reference.chosenRows(x, table, chosen), { ulps: 0, scale: 1 })

      const dy = noise(rows * width, 6)
      const want = reference.chosenRowsGrad(dy, chosen)
      const given = { dy: dy.map((v, i) => (own(i) ? v : Number.NaN)), at, place }
      const params = { batch, length, width }
      const { dx } = await runKernel(chosenRowsGrad, { ...given, dx: batch * length * width }, { ...params, accumulate: 0 })
      expectClose('dx', dx, want, { ulps: 0, scale: 1 })
      const there = noise(batch * length * width, 7)
      const added = await runKernel(chosenRowsGrad, { ...given, dx: there }, { ...params, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + there[i]!),
        { ulps: 1, scale: 2 },
      )
    })
  }

  it('reads a place beyond the sequence as its last row', async () => {
    const x = noise(8, 8)
    const given = { x, at: Uint32Array.of(9), place: Uint32Array.of(0), table: 4, y: 4 }
    const { y } = await runKernel(chosenRows, given, { batch: 1, length: 2, rows: 1, width: 4 })
    expect([...y]).toEqual([...x.subarray(4)])
  })
})
