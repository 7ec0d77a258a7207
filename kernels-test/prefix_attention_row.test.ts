import { describe, expect, it } from 'vitest'
import { attentionRow } from '../src/kernels/attention_row.js'
import { prefixAttentionRow } from '../src/kernels/prefix_attention_row.js'
import { prefixAttentionRow as reference } from '../src/reference/prefix_attention_row.js'
import { expectClose, noise, runKernel, widened } from './harness.js'

// As of attention_row: scores are at most about 2 here, and v is the size of 1.
const tolerance = { ulps: 40, scale: 1 }

/** Keys and values of `width` side by side. */
const sideBySide = (keys: Float64Array, values: Float64Array, width: number) =>
  widened(keys, width, 2 * width, 0).map((value, at) =>
    at % (2 * width) < width ? value : values[Math.floor(at / (2 * width)) * width + (at % width)]!,
  )

const shapeOf = (own: { batch: number; share: number; prefixRows: number; capacity: number; heads: number; headWidth: number }) => ({
  ...own,
  extra: 0,
  scale: Math.fround(1 / Math.sqrt(own.headWidth)),
  queryStride: own.heads * own.headWidth,
})

type Shape = ReturnType<typeof shapeOf>

/** Numbers of a shape; rows that are not seen are NaN where the kernel reads. */
function numbersOf(
  { batch, share, prefixRows, capacity, heads, headWidth, extra }: Shape,
  prefixLengths: Uint32Array,
  lengths: Uint32Array,
) {
  const width = heads * headWidth
  const prefixes = batch / share
  const prefix = { keys: noise(prefixes * prefixRows * width, 1), values: noise(prefixes * prefixRows * width, 2) }
  const cache = { keys: noise(batch * capacity * width, 3), values: noise(batch * capacity * width, 4) }
  const holes = (x: Float64Array, rows: number, seen: (b: number) => number) =>
    x.map((value, at) => (Math.floor(at / width) % rows < seen(Math.floor(at / (rows * width))) ? value : Number.NaN))
  const before = (x: Float64Array) => holes(x, prefixRows, (b) => prefixLengths[b]!)
  const after = (x: Float64Array) => holes(x, capacity, (b) => lengths[b]! + extra)
  const q = noise(batch * width, 5)
  return {
    ...{ q, prefix, cache },
    given: {
      prefix: sideBySide(before(prefix.keys), before(prefix.values), width),
      cache: sideBySide(after(cache.keys), after(cache.values), width),
      ...{ prefixLengths, lengths, y: q.length },
    },
  }
}

describe('prefix_attention_row', () => {
  // A workgroup walks 8 keys a round: one key in all, one short of a round, exactly, one over, and a prime several rounds long.
  for (const [before, so] of [
    [1, 0],
    [0, 1],
    [4, 3],
    [4, 4],
    [6, 3],
    [101, 30],
  ] as const) {
    it(`matches the reference after ${before} rows and ${so} of the sentence`, async () => {
      const shape = shapeOf({ batch: 2, share: 1, prefixRows: 107, capacity: 31, heads: 2, headWidth: 4 })
      const [prefixLengths, lengths] = [Uint32Array.of(before, before >> 1), Uint32Array.of(so, so)]
      const { q, prefix, cache, given } = numbersOf(shape, prefixLengths, lengths)
      const { y } = await runKernel(prefixAttentionRow, { ...given, q }, shape)
      expectClose('y', y, reference(q, { prefix, cache }, { prefixLengths, lengths }, shape), tolerance)
    })
  }

  for (const [heads, headWidth] of [
    [4, 32],
    [1, 192],
  ] as const) {
    it(`lets three beams see one prefix, of ${heads} heads of ${headWidth}, and the key that came last`, async () => {
      const shape = { ...shapeOf({ batch: 6, share: 3, prefixRows: 19, capacity: 12, heads, headWidth }), extra: 1 }
      const [prefixLengths, lengths] = [Uint32Array.of(19, 5), Uint32Array.of(0, 3, 11, 2, 2, 7)]
      const { q, prefix, cache, given } = numbersOf(shape, prefixLengths, lengths)
      const wide = { ...shape, queryStride: 3 * heads * headWidth }
      const { y } = await runKernel(prefixAttentionRow, { ...given, q: widened(q, heads * headWidth, 3 * heads * headWidth, 0) }, wide)
      expectClose('y', y, reference(q, { prefix, cache }, { prefixLengths, lengths }, shape), tolerance)
    })
  }

  it('is attention_row where nothing comes before, and 0 where nothing comes at all', async () => {
    const shape = shapeOf({ batch: 2, share: 1, prefixRows: 3, capacity: 40, heads: 2, headWidth: 8 })
    const [prefixLengths, lengths] = [Uint32Array.of(0, 0), Uint32Array.of(37, 0)]
    const { q, given } = numbersOf(shape, prefixLengths, lengths)
    const { y } = await runKernel(prefixAttentionRow, { ...given, q }, shape)
    const { prefixRows: _, ...alone } = shape
    const { y: want } = await runKernel(attentionRow, { q, cache: given.cache, lengths, y: q.length }, alone)
    expectClose('y', y, Float64Array.from(want), tolerance)
    expect([...y.subarray(16)]).toEqual(Array(16).fill(0))
  })

  it('takes more rows than there are as all of them, and stays right for scores of ±80', async () => {
    const shape = { ...shapeOf({ batch: 1, share: 1, prefixRows: 50, capacity: 40, heads: 1, headWidth: 4 }), scale: 40 }
    const [prefixLengths, lengths] = [Uint32Array.of(50), Uint32Array.of(40)]
    const { prefix, cache, given } = numbersOf(shape, prefixLengths, lengths)
    const q = Float64Array.of(1, -1, 1, -1)
    const more = { prefixLengths: Uint32Array.of(4_000_000_000), lengths: Uint32Array.of(4_000_000_000) }
    const { y } = await runKernel(prefixAttentionRow, { ...given, ...more, q }, shape)
    // A score of 100 is off by 100 roundings of 1 for each of its own few.
    expectClose('y', y, reference(q, { prefix, cache }, { prefixLengths, lengths }, shape), { ulps: 4 * 100, scale: 1 })
  })
})
