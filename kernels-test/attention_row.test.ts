import { describe, expect, it } from 'vitest'
import { attention } from '../src/kernels/attention.js'
import { attentionRow } from '../src/kernels/attention_row.js'
import { attentionRow as reference } from '../src/reference/attention_row.js'
import { expectClose, noise, runKernel, widened } from './harness.js'

const scaleOf = (headWidth: number) => Math.fround(1 / Math.sqrt(headWidth))

// Scores are at most about 2 here: their own roundings, those of exp, and a sum over at most a few dozen blocks. v is the size of 1.
const tolerance = { ulps: 40, scale: 1 }

/** Keys and values of `width` side by side. */
const cacheOf = (keys: Float64Array, values: Float64Array, width: number) => {
  const both = widened(keys, width, 2 * width, 0)
  return both.map((value, at) => (at % (2 * width) < width ? value : values[Math.floor(at / (2 * width)) * width + (at % width)]!))
}

describe('attention_row', () => {
  // A workgroup walks 32 keys a round: one key, one short of a round, exactly, one over, and a prime several rounds long.
  for (const keys of [1, 31, 32, 33, 211]) {
    it(`matches the reference at ${keys} keys, and one fewer with extra`, async () => {
      // The query is the first 8 of 24 columns, as beside its own key and value.
      const params = { batch: 2, share: 1, capacity: 211, heads: 2, headWidth: 4, extra: 0, scale: scaleOf(4), queryStride: 24 }
      const q = noise(2 * 8, 1)
      const keyCache = noise(2 * 211 * 8, 2)
      const valueCache = noise(2 * 211 * 8, 3)
      const lengths = Uint32Array.of(keys, keys >> 1)
      const given = { q: widened(q, 8, 24, 0), cache: cacheOf(keyCache, valueCache, 8), y: q.length }
      const { y } = await runKernel(attentionRow, { ...given, lengths }, params)
      expectClose('y', y, reference(q, keyCache, valueCache, lengths, params), tolerance)
      const { y: same } = await runKernel(
        attentionRow,
        { ...given, lengths: lengths.map((n) => n - Math.min(n, 1)) },
        { ...params, extra: 1 },
      )
      expectClose('y', same.subarray(0, 8), Float64Array.from(y.subarray(0, 8)), { ulps: 0, scale: 1 })
    })
  }

  for (const [heads, headWidth] of [
    [4, 32],
    [1, 192],
  ] as const) {
    it(`agrees with the last row of a causal attention at ${heads} heads of ${headWidth}`, async () => {
      const [batch, rows, width] = [2, 37, heads * headWidth]
      const q = noise(batch * rows * width, 4)
      const k = noise(batch * rows * width, 5)
      const v = noise(batch * rows * width, 6)
      const scale = scaleOf(headWidth)
      const keyLengths = Uint32Array.of(rows, rows)
      const apart = { queryStride: width, keyStride: width, keyColumn: 0, valueColumn: 0 }
      const whole = { batch, queries: rows, keys: rows, heads, headWidth, causal: 1, scale, ...apart }
      const { y } = await runKernel(attention, { q, k, v, keyLengths, y: q.length, logSumExp: batch * heads * rows }, whole)
      const last = <A extends Float32Array | Float64Array>(x: A) =>
        Float64Array.from({ length: batch * width }, (_, at) => x[(Math.floor(at / width) * rows + rows - 1) * width + (at % width)]!)
      const step = { batch, share: 1, capacity: rows, heads, headWidth, extra: 1, scale, queryStride: width }
      const { y: row } = await runKernel(
        attentionRow,
        { q: last(q), cache: cacheOf(k, v, width), lengths: Uint32Array.of(rows - 1, rows - 1), y: batch * width },
        step,
      )
      expectClose('y', row, last(y), tolerance)
      expectClose('y', row, reference(last(q), k, v, keyLengths, { ...step, extra: 0 }), tolerance)
    })
  }

  it('reads no row that is not visible, gives a sample without keys zeros, and stops at the capacity', async () => {
    const params = { batch: 3, share: 1, capacity: 20, heads: 2, headWidth: 4, extra: 0, scale: scaleOf(4), queryStride: 8 }
    const lengths = Uint32Array.of(0, 7, 4_000_000_000)
    const q = noise(3 * 8, 7)
    const hide = (x: Float64Array) => x.map((value, at) => (Math.floor(at / 8) % 20 < lengths[Math.floor(at / 160)]! ? value : Number.NaN))
    const keyCache = noise(3 * 20 * 8, 8)
    const valueCache = noise(3 * 20 * 8, 9)
    const { y } = await runKernel(attentionRow, { q, cache: cacheOf(hide(keyCache), hide(valueCache), 8), lengths, y: q.length }, params)
    expectClose('y', y, reference(q, keyCache, valueCache, lengths, params), tolerance)
    expect([...y.subarray(0, 8)]).toEqual(Array(8).fill(0))
  })

  it('lets neighbouring samples see one cache', async () => {
    const params = { batch: 6, share: 3, capacity: 40, heads: 2, headWidth: 4, extra: 0, scale: scaleOf(4), queryStride: 8 }
    const q = noise(6 * 8, 12)
    const [keyCache, valueCache] = [noise(2 * 40 * 8, 13), noise(2 * 40 * 8, 14)]
    const lengths = Uint32Array.of(37, 5)
    const { y } = await runKernel(attentionRow, { q, cache: cacheOf(keyCache, valueCache, 8), lengths, y: q.length }, params)
    expectClose('y', y, reference(q, keyCache, valueCache, lengths, params), tolerance)
  })

  it('stays finite and right for scores of ±80', async () => {
    const params = { batch: 1, share: 1, capacity: 90, heads: 1, headWidth: 4, extra: 0, scale: 40, queryStride: 4 }
    const q = Float64Array.of(1, -1, 1, -1)
    const keyCache = noise(90 * 4, 10)
    const valueCache = noise(90 * 4, 11)
    const lengths = Uint32Array.of(90)
    const { y } = await runKernel(attentionRow, { q, cache: cacheOf(keyCache, valueCache, 4), lengths, y: 4 }, params)
    // A score of 100 is off by 100 roundings of 1 for each of its own few.
    expectClose('y', y, reference(q, keyCache, valueCache, lengths, params), { ulps: 4 * 100, scale: 1 })
  })
})
