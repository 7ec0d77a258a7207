import { describe, expect, it } from 'vitest'
import { rotary } from '../src/kernels/rotary.js'
import { rotaryTable } from '../src/nn/positions.js'
import * as reference from '../src/reference/rotary.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes (batch · length · stride / 2, workgroups of 256): two, the fewest a head allows; one short, exactly one, one over; a prime; 4 clips as the
// sign encoder has them. Heads whose half is odd, and not a multiple of 4.
const shapes = [
  { batch: 1, length: 1, headWidth: 4, heads: 1, turnedHeads: 1 },
  { batch: 3, length: 17, headWidth: 2, heads: 5, turnedHeads: 4 },
  { batch: 2, length: 4, headWidth: 16, heads: 4, turnedHeads: 3 },
  { batch: 1, length: 257, headWidth: 2, heads: 1, turnedHeads: 1 },
  { batch: 1, length: 1009, headWidth: 2, heads: 1, turnedHeads: 1 },
  { batch: 2, length: 5, headWidth: 12, heads: 3, turnedHeads: 2 },
  { batch: 4, length: 11, headWidth: 64, heads: 24, turnedHeads: 16 },
]

const tableOf = (places: number, headWidth: number) => Float64Array.from(rotaryTable(places, headWidth))

describe('rotary', () => {
  it('has a reference gradient, the turn back, that matches finite differences', () => {
    const shape = { length: 3, stride: 24, headWidth: 8, turnedHeads: 2 }
    const table = tableOf(3, 8)
    const dy = noise(2 * 3 * 24, 2)
    expectGrad(
      'dx',
      reference.rotary(dy, table, shape, 1),
      finiteDifference((at) => dot(reference.rotary(at, table, shape), dy), noise(2 * 3 * 24, 1)),
    )
  })

  for (const { batch, length, headWidth, heads, turnedHeads } of shapes) {
    it(`matches the reference at [${batch}, ${length}, ${heads} × ${headWidth}], there and back`, async () => {
      const stride = heads * headWidth
      const rows = batch * length
      const n = rows * stride
      const x = noise(n, 3)
      // More places than rows of a clip.
      const table = tableOf(length + 3, headWidth)
      const shape = { length, stride, headWidth, turnedHeads }
      for (const back of [0, 1]) {
        const { y } = await runKernel(rotary, { x, table, y: n }, { rows, ...shape, back })
        // Two products and a sum of numbers up to 1.
        expectClose('y', y, reference.rotary(x, table, shape, back), { ulps: 4, scale: 1 })
      }
    })
  }

  it('leaves scores as they are where query and key move together, and copies what is not turned, NaN included', async () => {
    const headWidth = 8
    const shape = { length: 6, stride: 24, headWidth, turnedHeads: 2, back: 0 }
    // Every row the same query and key; the third head is not turned.
    const [query, key] = [noise(headWidth, 4), noise(headWidth, 5)]
    const x = Float64Array.from({ length: 6 * 24 }, (_, i) => [query, key][Math.floor((i % 24) / headWidth)]?.[i % headWidth] ?? Number.NaN)
    const { y } = await runKernel(rotary, { x, table: tableOf(6, headWidth), y: x.length }, { rows: 6, ...shape })
    const at = (row: number, head: number) => Float64Array.from(y.subarray(row * 24 + head * headWidth, row * 24 + (head + 1) * headWidth))
    for (const row of [1, 2, 3]) expect(dot(at(row, 0), at(row + 2, 1))).toBeCloseTo(dot(at(0, 0), at(2, 1)), 5)
    expect(dot(at(0, 0), at(3, 1))).not.toBeCloseTo(dot(at(0, 0), at(2, 1)), 2)
    expect(at(4, 2).every(Number.isNaN)).toBe(true)
  })
})
