import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { meanPool, meanPoolGrad } from '../src/kernels/mean_pool.js'
import * as reference from '../src/reference/mean_pool.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes of the forward (batch · width / 4, workgroups of 64): one; one short, exactly one, one over; a prime; 8 sentences of width 512.
const forwardShapes = [
  { batch: 1, length: 1, width: 4 },
  { batch: 7, length: 3, width: 36 },
  { batch: 4, length: 5, width: 64 },
  { batch: 13, length: 2, width: 20 },
  { batch: 1, length: 9, width: 4 * 257 },
  { batch: 8, length: 12, width: 512 },
]

// Lanes of the gradient (batch · length · width / 4, workgroups of 256), likewise.
const gradientShapes = [
  { batch: 1, length: 1, width: 4 },
  { batch: 5, length: 17, width: 12 },
  { batch: 4, length: 8, width: 32 },
  { batch: 1, length: 257, width: 4 },
  { batch: 1, length: 1, width: 4 * 1009 },
  { batch: 8, length: 12, width: 512 },
]

/** One to `length` tokens a sentence; the first is as long as can be. */
function someLengths(batch: number, length: number): Uint32Array {
  const random = new Random(batch * 31 + length)
  return Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : 1 + random.below(length)))
}

describe('mean_pool', () => {
  it('has a reference gradient that matches finite differences', () => {
    const lengths = Uint32Array.of(3, 1)
    const x = noise(2 * 3 * 4, 1)
    const dy = noise(2 * 4, 2)
    expectGrad(
      'dx',
      reference.meanPoolGrad(dy, lengths, 3, 4),
      finiteDifference((at) => dot(reference.meanPool(at, lengths, 3, 4), dy), x),
    )
  })

  for (const { batch, length, width } of forwardShapes) {
    it(`matches the reference at [${batch}, ${length}, ${width}]`, async () => {
      const lengths = someLengths(batch, length)
      const x = noise(batch * length * width, 3)
      const { y } = await runKernel(meanPool, { x, lengths, y: batch * width }, { batch, length, width })
      // `length` additions, then WGSL's division (2.5 ulps, 5 roundings), of a mean of numbers below 1.
      expectClose('y', y, reference.meanPool(x, lengths, length, width), { ulps: length + 5, scale: 1 })
    })
  }

  for (const { batch, length, width } of gradientShapes) {
    it(`matches the reference gradient at [${batch}, ${length}, ${width}], replacing and adding`, async () => {
      const lengths = someLengths(batch, length)
      const dy = noise(batch * width, 4)
      const n = batch * length * width
      const want = reference.meanPoolGrad(dy, lengths, length, width)
      const { dx } = await runKernel(meanPoolGrad, { dy, lengths, dx: n }, { batch, length, width, accumulate: 0 })
      // One division, and one addition.
      expectClose('dx', dx, want, { ulps: 5, scale: 1 })
      const there = noise(n, 5)
      const added = await runKernel(meanPoolGrad, { dy, lengths, dx: there }, { batch, length, width, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + there[i]!),
        { ulps: 6, scale: 2 },
      )
    })
  }

  it('never lets padding in', async () => {
    const lengths = Uint32Array.of(2, 1)
    const x = noise(2 * 3 * 4, 6)
    x.fill(Number.NaN, 2 * 4, 3 * 4).fill(Number.NaN, 4 * 4, 6 * 4)
    const { y } = await runKernel(meanPool, { x, lengths, y: 8 }, { batch: 2, length: 3, width: 4 })
    expectClose('y', y, reference.meanPool(x, lengths, 3, 4), { ulps: 6, scale: 1 })
  })

  it('pools no tokens to 0, and gives none a gradient', async () => {
    const lengths = Uint32Array.of(0)
    const x = new Float64Array(8).fill(Number.NaN)
    const { y } = await runKernel(meanPool, { x, lengths, y: 4 }, { batch: 1, length: 2, width: 4 })
    const { dx } = await runKernel(meanPoolGrad, { dy: noise(4, 7), lengths, dx: 8 }, { batch: 1, length: 2, width: 4, accumulate: 0 })
    expect([...y]).toEqual([0, 0, 0, 0])
    expect([...dx]).toEqual(new Array(8).fill(0))
  })

  it('reads a length beyond the batch as the whole of it', async () => {
    const x = noise(2 * 8, 8)
    const { y } = await runKernel(meanPool, { x, lengths: Uint32Array.of(9, 9), y: 8 }, { batch: 2, length: 2, width: 4 })
    expectClose('y', y, reference.meanPool(x, Uint32Array.of(2, 2), 2, 4), { ulps: 7, scale: 1 })
  })
})
