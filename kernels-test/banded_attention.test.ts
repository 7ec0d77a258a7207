import { describe, expect, it } from 'vitest'
import { attentionDelta } from '../src/kernels/attention.js'
import { bandedAttention, bandedAttentionGrad } from '../src/kernels/banded_attention.js'
import { attention } from '../src/reference/attention.js'
import * as reference from '../src/reference/banded_attention.js'
import { columnsOf, dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

type Sizes = Pick<reference.BandedShape, 'batch' | 'length' | 'heads' | 'headWidth' | 'reach'>

const seed = Uint32Array.of(0x12345678, 7, 0, 0)
const shapeOf = (sizes: Sizes, changed: Partial<reference.BandedShape> = {}): reference.BandedShape => ({
  ...sizes,
  padded: false,
  scale: Math.fround(1 / Math.sqrt(sizes.headWidth)),
  seed,
  stream: 5,
  rate: 0,
  ...changed,
})
const paramsOf = ({ seed: _, padded, ...shape }: reference.BandedShape) => ({ ...shape, padded: padded ? 1 : 0 })

/** Forward and back, each kernel fed what the reference before it gives. */
async function run(qkv: Float64Array, dy: Float64Array, lengths: Uint32Array, shape: reference.BandedShape, clean = { qkv, dy }) {
  const { batch, length, heads, headWidth } = shape
  const lines = batch * heads * length
  const params = paramsOf(shape)
  const want = {
    ...reference.bandedAttention(clean.qkv, lengths, shape),
    dqkv: reference.bandedAttentionGrad(clean.qkv, clean.dy, lengths, shape),
  }
  const { y, logSumExp } = await runKernel(bandedAttention, { qkv, lengths, seed, y: dy.length, logSumExp: lines }, params)
  const stats = { y: want.y, dy, logSumExp: want.logSumExp, rowStats: 2 * lines }
  const { rowStats } = await runKernel(attentionDelta, stats, { batch, queries: length, heads, headWidth })
  const { dqkv } = await runKernel(bandedAttentionGrad, { qkv, dy, rowStats, lengths, seed, dqkv: qkv.length }, params)
  return { got: { y, logSumExp, dqkv }, want }
}

/**
 * All within their roundings. A score sums headWidth products and is off by some roundings of its own size, at most `highest`; the weights, and with
 * them everything else, are off by that much again, relatively: 8 · (1 + highest) roundings, and one more for each block of keys or queries. Weights sum to 1
 * over the keys and, over the queries, to more only by chance; kept ones are enlarged; a gradient dy·v is the size of √headWidth.
 */
function expectAllClose({ got, want }: Awaited<ReturnType<typeof run>>, shape: reference.BandedShape, highest = 2): void {
  const { heads, headWidth, reach, scale, rate } = shape
  const width = heads * headWidth
  const window = 2 * reach + 2
  const ulps = 8 * (1 + highest) + window / 4
  const grad = Math.sqrt(headWidth)
  const size = 2 / (1 - rate)
  expectClose('y', got.y, want.y, { ulps, scale: size })
  expectClose('logSumExp', got.logSumExp, want.logSumExp, { ulps: 8, scale: highest + Math.log(window) })
  const part = (x: Float32Array | Float64Array, i: number) => columnsOf(Float32Array.from(x), width, 3 * width, i * width)
  const exact = (i: number) => want.dqkv.filter((_, at) => Math.floor((at % (3 * width)) / width) === i)
  expectClose('dq', part(got.dqkv, 0), exact(0), { ulps, scale: size * grad * scale })
  expectClose('dk', part(got.dqkv, 1), exact(1), { ulps, scale: 2 * size * grad * scale })
  expectClose('dv', part(got.dqkv, 2), exact(2), { ulps, scale: 2 * size })
}

const inputsOf = ({ batch, length, heads, headWidth }: Sizes, size = 1) => {
  const n = batch * length * heads * headWidth
  const qkv = noise(3 * n, 1, size)
  return { qkv, dy: noise(n, 2) }
}

describe('banded_attention', () => {
  for (const padded of [false, true]) {
    it(`has a reference gradient that matches finite differences, pairs dropped, ${padded ? 'padding seeing' : 'clip by clip'}`, () => {
      const shape = shapeOf({ batch: 2, length: 5, heads: 2, headWidth: 4, reach: 1 }, { padded, rate: 0.25 })
      const { qkv, dy } = inputsOf(shape)
      const lengths = Uint32Array.of(5, 3)
      expectGrad(
        'dqkv',
        reference.bandedAttentionGrad(qkv, dy, lengths, shape),
        finiteDifference((at) => dot(reference.bandedAttention(at, lengths, shape).y, dy), qkv),
      )
    })
  }

  it('has a reference that is plain attention where the window is the whole clip', () => {
    const shape = shapeOf({ batch: 2, length: 5, heads: 2, headWidth: 4, reach: 4 })
    const { qkv } = inputsOf(shape)
    const lengths = Uint32Array.of(5, 3)
    const [q, k, v] = [0, 1, 2].map((i) => qkv.filter((_, at) => Math.floor((at % 24) / 8) === i)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const whole = attention({ q, k, v, keyLengths: lengths }, { ...shape, queries: 5, keys: 5, causal: 0 })
    const banded = reference.bandedAttention(qkv, lengths, shape)
    // Of padding, plain attention has values too.
    banded.y.forEach((value, at) => {
      if (Math.floor(at / 8) % 5 < lengths[Math.floor(at / 40)]!) expect(value).toBeCloseTo(whole.y[at]!, 14)
    })
  })

  // Lanes (batch · length · heads, workgroups of 64): one; one short, exactly one, one over; a prime. Windows of 1, of a block and around it, of
  // several, and wider than the clip. The sign encoder's heads.
  const shapes: Sizes[] = [
    { batch: 1, length: 1, heads: 1, headWidth: 4, reach: 3 },
    { batch: 1, length: 21, heads: 3, headWidth: 4, reach: 0 },
    { batch: 2, length: 16, heads: 2, headWidth: 8, reach: 3 },
    { batch: 1, length: 65, heads: 1, headWidth: 12, reach: 4 },
    { batch: 1, length: 211, heads: 1, headWidth: 4, reach: 17 },
    { batch: 3, length: 9, heads: 2, headWidth: 36, reach: 40 },
    { batch: 2, length: 23, heads: 8, headWidth: 64, reach: 3 },
  ]
  for (const sizes of shapes) {
    const { batch, length, heads, headWidth, reach } = sizes
    it(`matches the reference at [${batch}, ${length}, ${heads} × ${headWidth}], window ${2 * reach + 1}`, async () => {
      const lengths = Uint32Array.from({ length: batch }, (_, b) => Math.max(1, length - 5 * b))
      const { qkv, dy } = inputsOf(sizes)
      for (const changed of [{}, { padded: true }, { rate: Math.fround(0.4) }]) {
        const shape = shapeOf(sizes, changed)
        expectAllClose(await run(qkv, dy, lengths, shape), shape)
      }
    })
  }

  it('never reads past a clip’s length: whatever stands there stays out, and gets 0', async () => {
    const shape = shapeOf({ batch: 3, length: 11, heads: 2, headWidth: 8, reach: 3 })
    const lengths = Uint32Array.of(11, 6, 0)
    const clean = inputsOf(shape)
    const poison = (x: Float64Array, width: number) =>
      x.map((value, at) => (Math.floor(at / width) % 11 < lengths[Math.floor(at / (11 * width))]! ? value : Number.NaN))
    const { got, want } = await run(poison(clean.qkv, 48), poison(clean.dy, 16), lengths, shape, clean)
    expectAllClose({ got, want }, shape)
    const padding = got.dqkv.filter((_, at) => Math.floor(at / 48) % 11 >= lengths[Math.floor(at / (11 * 48))]!)
    expect(padding.length).toBe(16 * 48)
    expect(padding.every((value) => value === 0)).toBe(true)
    expect(got.y.subarray(22 * 16).every((value) => value === 0)).toBe(true)
  })

  it('keeps NaN in padded rows to themselves where padding sees', async () => {
    const shape = shapeOf({ batch: 1, length: 9, heads: 1, headWidth: 4, reach: 3 }, { padded: true })
    const { qkv } = inputsOf(shape)
    const bad = qkv.map((value, at) => (at < 5 * 12 ? value : Number.NaN))
    const lengths = Uint32Array.of(5)
    const { y } = await runKernel(bandedAttention, { qkv: bad, lengths, seed, y: 36, logSumExp: 9 }, paramsOf(shape))
    expectClose('y', y.subarray(0, 20), reference.bandedAttention(qkv, lengths, shape).y.subarray(0, 20), { ulps: 24, scale: 1 })
  })

  it('treats a length beyond the rows as all of them', async () => {
    const shape = shapeOf({ batch: 1, length: 6, heads: 1, headWidth: 8, reach: 2 })
    const { qkv } = inputsOf(shape)
    const buffers = { qkv, lengths: Uint32Array.of(4_000_000_000), seed, y: 48, logSumExp: 6 }
    const { y } = await runKernel(bandedAttention, buffers, paramsOf(shape))
    expectClose('y', y, reference.bandedAttention(qkv, Uint32Array.of(6), shape).y, { ulps: 24, scale: 1 })
  })

  it('stays finite and right for scores of ±80', async () => {
    const shape = shapeOf({ batch: 1, length: 40, heads: 1, headWidth: 8, reach: 9 }, { scale: 1 })
    const { qkv, dy } = inputsOf(shape, 6)
    const row = (i: number, part: number) => qkv.subarray((3 * i + part) * 8, (3 * i + part + 1) * 8)
    const scores = Array.from({ length: 40 * 19 }, (_, at) =>
      dot(row(Math.floor(at / 19), 0), row(Math.min(39, Math.floor(at / 19) + (at % 10)), 1)),
    )
    expect(Math.max(...scores)).toBeGreaterThan(80)
    expect(Math.min(...scores)).toBeLessThan(-80)
    // Values are as large as queries and keys here.
    const values = qkv.map((value, at) => (at % 24 < 16 ? value : value / 6))
    expectAllClose(await run(values, dy, Uint32Array.of(40), shape), { ...shape, scale: 6 }, 128)
  })

  it('drops a share of the pairs within 4 sigma', async () => {
    const rate = Math.fround(0.3)
    const shape = shapeOf({ batch: 1, length: 8192, heads: 1, headWidth: 4, reach: 0 }, { rate })
    // With a window of 1 every row is its own value or nothing.
    const qkv = new Float64Array(12 * 8192).map((_, at) => (at % 12 < 8 ? 0 : 1))
    const buffers = { qkv, lengths: Uint32Array.of(8192), seed, y: 4 * 8192, logSumExp: 8192 }
    const { y } = await runKernel(bandedAttention, buffers, paramsOf(shape))
    const kept = y.filter((value) => value !== 0)
    expect(Math.abs(kept.length / y.length - 0.7)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 8192))
    expect(Math.max(...kept) * 0.7).toBeCloseTo(1, 5)
  })
})
