import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { joinedRows, joinedRowsPart, joinedRowsPartGrad } from '../src/kernels/joined_rows.js'
import * as reference from '../src/reference/joined_rows.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes (batch · rows · width / 4, workgroups of 64): one; one short and one over; a prime; nothing of a sample, and all of it.
const shapes = [
  { batch: 1, firstRows: 1, secondRows: 1, width: 4 },
  { batch: 3, firstRows: 7, secondRows: 14, width: 4 },
  { batch: 5, firstRows: 9, secondRows: 4, width: 4 },
  { batch: 4, firstRows: 17, secondRows: 6, width: 44 },
  { batch: 2, firstRows: 150, secondRows: 64, width: 1024 },
]

/** Lengths of which the first is 0 and the last all. */
const lengthsOf = (batch: number, rows: number, seed: number) => {
  const random = new Random(seed)
  return Uint32Array.from({ length: batch }, (_, b) => (b === batch - 1 ? rows : b === 0 ? 0 : random.below(rows + 1)))
}

/** With what is past lengths taken out: it must not be read. */
const holes = (x: Float64Array, { lengths, rows }: reference.Sequences, width: number) =>
  x.map((value, i) => (Math.floor(i / width) % rows < lengths[Math.floor(i / (rows * width))]! ? value : Number.NaN))

describe('joined_rows', () => {
  it('has reference gradients that match finite differences', () => {
    const first = { lengths: Uint32Array.of(2, 1), rows: 3 }
    const second = { lengths: Uint32Array.of(1, 2), rows: 2 }
    const [width, z, dy] = [4, noise(16, 2), noise(40, 3)]
    const starts = first.lengths
    const differences = finiteDifference((x) => dot(reference.joinedRows({ x, z }, { first, second, width }).y, dy), noise(24, 1))
    const whole = { length: 5, width }
    expectGrad('dx', reference.joinedRowsPart(dy, { ...first, ...whole, starts: Uint32Array.of(0, 0) }), differences)
    const part = { ...second, ...whole, starts }
    const back = finiteDifference((x) => dot(reference.joinedRowsPart(x, part), noise(16, 4)), noise(40, 5))
    expectGrad('dx of a part', reference.joinedRowsPartGrad(noise(16, 4), part), back)
  })

  for (const shape of shapes) {
    const { batch, firstRows, secondRows, width } = shape
    const first = { lengths: lengthsOf(batch, firstRows, 1), rows: firstRows }
    const second = { lengths: lengthsOf(batch, secondRows, 2).reverse(), rows: secondRows }
    const length = firstRows + secondRows
    const wholes = { length, width, starts: first.lengths }

    it(`joins up to ${firstRows} and ${secondRows} rows of ${width} in ${batch} samples, to the bit`, async () => {
      const [x, z] = [noise(batch * firstRows * width, 3), noise(batch * secondRows * width, 4)]
      const { y, lengths } = await runKernel(
        joinedRows,
        {
          ...{ first: holes(x, first, width), firstLengths: first.lengths, second: holes(z, second, width), secondLengths: second.lengths },
          ...{ y: batch * length * width, lengths: batch },
        },
        shape,
      )
      const want = reference.joinedRows({ x, z }, { first, second, width })
      expectClose('y', y, want.y, { ulps: 0, scale: 1 })
      expect([...new Uint32Array(lengths.buffer)]).toEqual([...want.lengths])
    })

    for (const [behind, own] of [first, second].entries()) {
      it(`takes the ${behind === 0 ? 'first' : 'second'} of them apart again, and the gradients back`, async () => {
        const part = { ...own, ...wholes, starts: behind === 0 ? new Uint32Array(batch) : first.lengths }
        const given = { starts: first.lengths, lengths: own.lengths }
        const params = { batch, length, rows: own.rows, width, behind }
        const inside = { rows: length, lengths: own.lengths.map((n, b) => part.starts[b]! + n) }
        const x = noise(batch * length * width, 5)
        const there = noise(batch * own.rows * width, 6)
        const want = reference.joinedRowsPart(x, part)
        const seen = { ...given, x: holes(x, inside, width) }
        const { y } = await runKernel(joinedRowsPart, { ...seen, y: there.length }, { ...params, accumulate: 0 })
        expectClose('y', y, want, { ulps: 0, scale: 1 })
        const added = await runKernel(joinedRowsPart, { ...seen, y: there }, { ...params, accumulate: 1 })
        const sum = want.map((value, i) => value + there[i]!)
        expectClose('y added', added.y, sum, { ulps: 1, scale: 2 })

        const dy = noise(there.length, 7)
        const wantBack = reference.joinedRowsPartGrad(dy, part)
        const back = { ...given, dy: holes(dy, own, width) }
        const { dx } = await runKernel(joinedRowsPartGrad, { ...back, dx: x.length }, { ...params, accumulate: 0 })
        expectClose('dx', dx, wantBack, { ulps: 0, scale: 1 })
        const more = await runKernel(joinedRowsPartGrad, { ...back, dx: x }, { ...params, accumulate: 1 })
        const backSum = wantBack.map((value, i) => value + x[i]!)
        expectClose('dx added', more.dx, backSum, { ulps: 1, scale: 2 })
      })
    }
  }

  it('takes more rows than there are as all of them', async () => {
    const [first, second] = [noise(8, 8), noise(4, 9)]
    const given = { first, firstLengths: Uint32Array.of(9), second, secondLengths: Uint32Array.of(9), y: 12, lengths: 1 }
    const { y, lengths } = await runKernel(joinedRows, given, { batch: 1, firstRows: 2, secondRows: 1, width: 4 })
    expect([...y]).toEqual([...first, ...second])
    expect([...new Uint32Array(lengths.buffer)]).toEqual([3])
    const part = { x: Float64Array.of(...first, ...second), starts: Uint32Array.of(9), lengths: Uint32Array.of(9), y: 4 }
    const shape = { batch: 1, length: 3, rows: 1, width: 4, behind: 1, accumulate: 0 }
    const { y: none } = await runKernel(joinedRowsPart, part, shape)
    expect([...none]).toEqual([0, 0, 0, 0])
  })
})
