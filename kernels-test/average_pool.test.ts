import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { averagePool, averagePoolGrad } from '../src/kernels/average_pool.js'
import * as reference from '../src/reference/average_pool.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes (batch · ⌈length/2⌉ · width / 4 there, batch · length · width / 4 back, workgroups of 256): one; one short and one over; exactly one there
// and two back; a prime; odd lengths; 4 clips of width 512.
const shapes = [
  { batch: 1, length: 1, width: 4 },
  { batch: 5, length: 102, width: 4 },
  { batch: 1, length: 513, width: 4 },
  { batch: 2, length: 16, width: 64 },
  { batch: 1, length: 2, width: 4 * 1009 },
  { batch: 3, length: 7, width: 20 },
  { batch: 4, length: 13, width: 512 },
]

/** One to `length` rows a clip; the first is as long as can be. */
function someLengths(batch: number, length: number): Uint32Array {
  const random = new Random(batch * 31 + length)
  return Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : 1 + random.below(length)))
}

describe('average_pool', () => {
  it('gives what is told of the published pool', () => {
    const x = Float64Array.of(1, 2, 3, 4, 5, 6, 7)
    expect([...reference.averagePool(x, Uint32Array.of(7), { length: 7, width: 1, padded: false })]).toEqual(
      [1, 3, 5, 13 / 3].map((v) => expect.closeTo(v, 12)),
    )
  })

  for (const padded of [false, true]) {
    it(`has a reference gradient that matches finite differences, ${padded ? 'padding as rows' : 'clip by clip'}`, () => {
      const lengths = Uint32Array.of(5, 2)
      const shape = { length: 5, width: 4, padded }
      const dy = noise(2 * 3 * 4, 2)
      expectGrad(
        'dx',
        reference.averagePoolGrad(dy, lengths, shape),
        finiteDifference((at) => dot(reference.averagePool(at, lengths, shape), dy), noise(2 * 5 * 4, 1)),
      )
    })
  }

  for (const { batch, length, width } of shapes) {
    it(`matches the reference at [${batch}, ${length}, ${width}], both ways, replacing and adding`, async () => {
      const lengths = someLengths(batch, length)
      const [n, pooled] = [batch * length * width, batch * Math.ceil(length / 2) * width]
      const [x, dy, there] = [noise(n, 3), noise(pooled, 4), noise(n, 5)]
      for (const padded of [false, true]) {
        const params = { length, width, padded: padded ? 1 : 0 }
        const { y } = await runKernel(averagePool, { x, lengths, y: pooled }, { n: pooled, ...params })
        // Two additions of numbers up to 3, and WGSL's division: 2.5 ulps, 5 roundings.
        expectClose('y', y, reference.averagePool(x, lengths, { length, width, padded }), { ulps: 8, scale: 1 })
        const want = reference.averagePoolGrad(dy, lengths, { length, width, padded })
        const { dx } = await runKernel(averagePoolGrad, { dy, lengths, dx: n }, { n, ...params, accumulate: 0 })
        expectClose('dx', dx, want, { ulps: 7, scale: 1 })
        const added = await runKernel(averagePoolGrad, { dy, lengths, dx: there }, { n, ...params, accumulate: 1 })
        expectClose(
          'dx added',
          added.dx,
          want.map((v, i) => v + there[i]!),
          { ulps: 8, scale: 2 },
        )
      }
    })
  }

  it('never lets padding in, there or back, whatever it holds, also at even lengths', async () => {
    const lengths = Uint32Array.of(4, 3, 0)
    const shape = { length: 6, width: 4 }
    const poison = (x: Float64Array, rows: number, own: (length: number) => number) =>
      x.map((v, at) => (Math.floor(at / 4) % rows < own(lengths[Math.floor(at / 4 / rows)]!) ? v : Number.NaN))
    const [x, dy] = [noise(72, 6), noise(36, 7)]
    const bad = { x: poison(x, 6, (l) => l), dy: poison(dy, 3, (l) => Math.ceil(l / 2)) }
    const { y } = await runKernel(averagePool, { x: bad.x, lengths, y: 36 }, { n: 36, ...shape, padded: 0 })
    const { dx } = await runKernel(averagePoolGrad, { dy: bad.dy, lengths, dx: 72 }, { n: 72, ...shape, padded: 0, accumulate: 0 })
    expectClose('y', y, reference.averagePool(x, lengths, { ...shape, padded: false }), { ulps: 8, scale: 1 })
    expectClose('dx', dx, reference.averagePoolGrad(dy, lengths, { ...shape, padded: false }), { ulps: 7, scale: 1 })
    // The clip of four frames has two rows, and the third is none of it.
    expect([...y.subarray(8, 12)]).toEqual([0, 0, 0, 0])
  })

  it('reads a length beyond the batch as the whole of it', async () => {
    const x = noise(2 * 8, 8)
    const shape = { length: 2, width: 4 }
    const { y } = await runKernel(averagePool, { x, lengths: Uint32Array.of(9, 9), y: 8 }, { n: 8, ...shape, padded: 0 })
    expectClose('y', y, reference.averagePool(x, Uint32Array.of(2, 2), { ...shape, padded: false }), { ulps: 8, scale: 1 })
  })
})
