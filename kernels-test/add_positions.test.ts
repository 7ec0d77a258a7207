import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { addPositions } from '../src/kernels/add_positions.js'
import * as reference from '../src/reference/add_positions.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes (rows · width / 4): one; one short of a workgroup, exactly one, one over; a prime; and two clips of 24 frames.
const shapes = [
  { rows: 1, width: 4, positions: 1 },
  { rows: 17, width: 60, positions: 17 },
  { rows: 32, width: 32, positions: 40 },
  { rows: 257, width: 4, positions: 300 },
  { rows: 1009, width: 4, positions: 11 },
  { rows: 48, width: 512, positions: 24 },
]

describe('add_positions', () => {
  it('has the gradient of y as its gradient at x', () => {
    const at = Uint32Array.of(2, 0)
    const table = noise(3 * 4, 1)
    const x = noise(2 * 4, 2)
    const dy = noise(2 * 4, 3)
    expectGrad(
      'dx',
      dy,
      finiteDifference((v) => dot(reference.addPositions(v, table, at, 4), dy), x),
    )
  })

  for (const { rows, width, positions } of shapes) {
    it(`matches the reference at [${rows}, ${width}]`, async () => {
      const random = new Random(rows)
      const at = Uint32Array.from({ length: rows }, () => random.below(positions))
      const x = noise(rows * width, 4)
      const table = noise(positions * width, 5)
      const { y } = await runKernel(addPositions, { x, table, at, y: rows * width }, { rows, width })
      // One addition of numbers below 1.
      expectClose('y', y, reference.addPositions(x, table, at, width), { ulps: 1, scale: 2 })
    })
  }

  it('lets rows share a place, in any order', async () => {
    const at = Uint32Array.of(1, 1, 0)
    const { y } = await runKernel(addPositions, { x: new Float64Array(12), table: noise(8, 6), at, y: 12 }, { rows: 3, width: 4 })
    expect([...y.subarray(0, 4)]).toEqual([...y.subarray(4, 8)])
    expect([...y.subarray(8)]).toEqual([...noise(8, 6).subarray(0, 4)])
  })
})
