import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { embedding, embeddingGrad, invertIds } from '../src/kernels/embedding.js'
import * as reference from '../src/reference/embedding.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

const PAD = 1

/** Ids as sentences have them: few often, many never, and padding. */
function someIds(rows: number, vocabulary: number, seed: number): Uint32Array {
  const random = new Random(seed)
  return Uint32Array.from({ length: rows }, () => Math.floor(vocabulary * random.uniform() ** 3))
}

// Lanes (rows · width / 4): one; one short of a workgroup, exactly one, one over; a prime; and a batch of 8 sentences of 12 tokens.
const shapes = [
  { rows: 1, length: 1, width: 4, vocabulary: 2 },
  { rows: 51, length: 17, width: 20, vocabulary: 40 },
  { rows: 32, length: 8, width: 32, vocabulary: 9 },
  { rows: 257, length: 257, width: 4, vocabulary: 100 },
  { rows: 1009, length: 1009, width: 4, vocabulary: 7 },
  { rows: 96, length: 12, width: 512, vocabulary: 300 },
]

describe('embedding', () => {
  it('has a reference gradient that matches finite differences', () => {
    const ids = Uint32Array.of(2, 0, 2, 3)
    const table = noise(4 * 4, 1)
    const positions = noise(2 * 4, 2)
    const dy = noise(4 * 4, 3)
    const differences = finiteDifference((at) => dot(reference.embedding(ids, at, positions, 2, 4, 1.5), dy), table)
    expectGrad('dTable', reference.embeddingGrad(ids, dy, 4, 4, undefined, 1.5), differences)
  })

  for (const { rows, length, width, vocabulary } of shapes) {
    it(`matches the reference, both ways, at ${rows} ids of ${vocabulary}, width ${width}`, async () => {
      const ids = someIds(rows, vocabulary, rows)
      const table = noise(vocabulary * width, 4)
      const positions = noise(length * width, 5)
      const { y } = await runKernel(embedding, { ids, table, positions, y: rows * width }, { rows, length, width, scale: 1 })
      expectClose('y', y, reference.embedding(ids, table, positions, length, width), { ulps: 1, scale: 2 })

      const dy = noise(rows * width, 6)
      const there = noise(vocabulary * width, 7)
      const { dTable } = await runKernel(embeddingGrad, { dy, ...invertIds(ids), dTable: there }, { rows, width, scale: 1 })
      // One rounding for each time the id occurs, and a last one onto what was there; a sum of n in [-1, 1) stays around √n.
      const want = reference.embeddingGrad(ids, dy, vocabulary, width).map((v, i) => v + there[i]!)
      expectClose('dTable', dTable, want, { ulps: 8, scale: Math.sqrt(rows) })
    })
  }

  it('multiplies rows and their gradients by its scale', async () => {
    const ids = someIds(51, 40, 11)
    const [table, positions, dy, there] = [noise(40 * 20, 12), noise(17 * 20, 13), noise(51 * 20, 14), noise(40 * 20, 15)]
    const scale = Math.fround(Math.sqrt(20))
    const { y } = await runKernel(embedding, { ids, table, positions, y: 51 * 20 }, { rows: 51, length: 17, width: 20, scale })
    expectClose('y', y, reference.embedding(ids, table, positions, 17, 20, scale), { ulps: 2, scale: 2 * scale })
    const { dTable } = await runKernel(embeddingGrad, { dy, ...invertIds(ids), dTable: there }, { rows: 51, width: 20, scale })
    const want = reference.embeddingGrad(ids, dy, 40, 20, undefined, scale).map((v, i) => v + there[i]!)
    expectClose('dTable', dTable, want, { ulps: 8, scale: scale * Math.sqrt(51) })
  })

  it('gives <pad> no gradient, even a broken one', async () => {
    const ids = Uint32Array.of(3, PAD, 3, PAD, 0, PAD)
    const dy = noise(6 * 4, 8)
    for (const row of [1, 3, 5]) dy.fill(Number.NaN, 4 * row, 4 * row + 4)
    const { dTable } = await runKernel(
      embeddingGrad,
      { dy, ...invertIds(ids, PAD), dTable: new Float64Array(16) },
      { rows: 6, width: 4, scale: 1 },
    )
    expectClose('dTable', dTable, reference.embeddingGrad(ids, dy, 4, 4, PAD), { ulps: 1, scale: 2 })
    expect([...dTable.subarray(4, 8)]).toEqual([0, 0, 0, 0])
  })

  it('leaves the table alone when there is only padding', async () => {
    const there = noise(8, 9)
    const inverse = invertIds(Uint32Array.of(PAD, PAD), PAD)
    const { dTable } = await runKernel(embeddingGrad, { dy: noise(8, 10), ...inverse, dTable: there }, { rows: 2, width: 4, scale: 1 })
    expect([...dTable]).toEqual([...there])
  })
})

describe('invertIds', () => {
  it('lists the rows of each id in order of first appearance', () => {
    const { uniqueIds, starts, order } = invertIds(Uint32Array.of(5, 2, PAD, 5, 0), PAD)
    expect([...uniqueIds]).toEqual([5, 2, 0, 0, 0])
    expect([...starts]).toEqual([0, 2, 3, 4, 4, 4])
    expect([...order]).toEqual([0, 3, 1, 4, 0])
  })

  it('keeps every id without `skip`', () => {
    expect([...invertIds(Uint32Array.of(PAD, PAD)).starts]).toEqual([0, 2, 2])
  })
})
