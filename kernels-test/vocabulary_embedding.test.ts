import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { invertIds } from '../src/kernels/embedding.js'
import { vocabularyEmbedding, vocabularyEmbeddingGrad, vocabularyEmbeddingHalf } from '../src/kernels/vocabulary_embedding.js'
import { nearestHalf, toHalf } from '../src/reference/to_half.js'
import * as reference from '../src/reference/vocabulary_embedding.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Lanes (rows · width / 4, workgroups of 256): one; one short, exactly one, one over; a prime; 24 tokens of width 512.
const shapes = [
  { rows: 1, width: 4, classes: 3 },
  { rows: 17, width: 60, classes: 9 },
  { rows: 16, width: 64, classes: 11 },
  { rows: 257, width: 4, classes: 40 },
  { rows: 1, width: 4 * 1009, classes: 5 },
  { rows: 24, width: 512, classes: 200 },
]
const PAD = 1
const scale = Math.fround(Math.sqrt(7))

function batchOf({ rows, width, classes }: (typeof shapes)[number]) {
  const random = new Random(rows + width)
  const ids = Uint32Array.from({ length: rows }, () => random.below(classes))
  const at = Uint32Array.from({ length: rows }, () => random.below(5))
  const [table, positions] = [noise(classes * width, 1), noise(5 * width, 2)]
  const placed = Float64Array.from({ length: rows * width }, (_, i) => positions[at[Math.floor(i / width)]! * width + (i % width)]!)
  return { ids, at, table, positions, placed, dy: noise(rows * width, 3) }
}

/** Where a vocabulary is cut in three. */
const cuts = (classes: number) => {
  const [a, b] = [Math.floor(classes / 3), Math.floor((2 * classes) / 3)]
  return [
    { first: 0, count: a },
    { first: a, count: b - a },
    { first: b, count: classes - b },
  ].filter(({ count }) => count > 0)
}

describe('vocabulary_embedding', () => {
  it('has a reference gradient that matches finite differences', () => {
    const ids = Uint32Array.of(3, 1, 4, 3, 6)
    const shard = { width: 4, first: 3, count: 2, scale }
    const [table, start, dy] = [noise(8, 1), noise(20, 2), noise(20, 3)]
    expectGrad(
      'dTable',
      reference.vocabularyEmbeddingGrad(ids, dy, PAD, shard),
      finiteDifference((at) => dot(reference.vocabularyEmbedding(ids, at, start, shard), dy), table),
    )
  })

  for (const shape of shapes) {
    const { rows, width, classes } = shape
    it(`matches the reference, and in shards the same bits, at ${rows}×${width} of ${classes}`, async () => {
      const { ids, at, table, positions, placed } = batchOf(shape)
      const all = { first: 0, count: classes }
      const want = reference.vocabularyEmbedding(ids, table, placed, { width, ...all, scale })
      const { y } = await runKernel(
        vocabularyEmbedding,
        { ids, table, positions, at, y: rows * width },
        { rows, width, ...all, scale, accumulate: 0 },
      )
      expectClose('y', y, want, { ulps: 2, scale: 1 + scale })
      let sum: Float32Array | undefined
      for (const { first, count } of cuts(classes)) {
        const given = { ids, table: table.subarray(first * width, (first + count) * width), positions, at }
        const params = { rows, width, first, count, scale, accumulate: sum ? 1 : 0 }
        sum = (await runKernel(vocabularyEmbedding, { ...given, y: sum ?? rows * width }, params)).y
      }
      expect(sum).toEqual(y)
    })

    it(`has the reference's gradient, in shards too, at ${rows}×${width} of ${classes}`, async () => {
      const { ids, dy } = batchOf(shape)
      const { uniqueIds, starts, order } = invertIds(ids, PAD)
      for (const { first, count } of [{ first: 0, count: classes }, ...cuts(classes)]) {
        const want = reference.vocabularyEmbeddingGrad(ids, dy, PAD, { width, first, count, scale })
        const there = noise(count * width, 4)
        const given = { dy, uniqueIds, starts, order, dTable: there }
        const { dTable } = await runKernel(vocabularyEmbeddingGrad, given, { rows, width, first, count, scale })
        expectClose(
          'dTable',
          dTable,
          want.map((v, i) => v + there[i]!),
          { ulps: rows + 2, scale: 1 + scale * rows },
        )
      }
    })
  }

  it('reads a table of halves as the numbers that they are', async () => {
    const shape = { rows: 9, width: 20, classes: 7 }
    const { ids, at, table, positions } = batchOf(shape)
    const params = { rows: 9, width: 20, first: 2, count: 4, scale, accumulate: 0 }
    const own = table.subarray(40, 120)
    const given = { ids, positions, at, y: 180 }
    const { y } = await runKernel(vocabularyEmbeddingHalf, { ...given, table: toHalf(own) }, params)
    const rounded = await runKernel(vocabularyEmbedding, { ...given, table: own.map(nearestHalf) }, params)
    expect(y).toEqual(rounded.y)
  })

  it('reads nothing for ids of other shards, and nothing of the table’s padding', async () => {
    const table = new Float64Array(4 * 4).fill(Number.NaN).fill(1, 0, 8)
    const given = { ids: Uint32Array.of(0, 4, 5, 6, 2 ** 32 - 1), table, positions: noise(4, 1), at: new Uint32Array(5), y: 20 }
    const { y } = await runKernel(vocabularyEmbedding, given, { rows: 5, width: 4, first: 4, count: 2, scale: 1, accumulate: 0 })
    expect([0, 3, 4].map((r) => y[4 * r]!)).toEqual(new Array(3).fill(Math.fround(given.positions[0]!)))
    expect(y.some(Number.isNaN)).toBe(false)
  })
})
