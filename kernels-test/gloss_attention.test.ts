import { describe, expect, it } from 'vitest'
import { attentionDelta } from '../src/kernels/attention.js'
import { glossAttention, glossAttentionGrad, glossAttentionGradMemory, glossAttentionPlaces } from '../src/kernels/gloss_attention.js'
import * as reference from '../src/reference/gloss_attention.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

type Sizes = Pick<reference.GlossShape, 'batch' | 'length' | 'heads' | 'headWidth' | 'samples'>

const seed = Uint32Array.of(0x12345678, 7, 0, 0)
const shapeOf = (sizes: Sizes, changed: Partial<reference.GlossShape> = {}): reference.GlossShape => ({
  ...sizes,
  columns: 4 * Math.ceil((sizes.heads * sizes.samples) / 4),
  released: false,
  scale: Math.fround(1 / Math.sqrt(sizes.headWidth)),
  seed,
  stream: 5,
  rate: 0,
  ...changed,
})

/** Offsets keep away from whole numbers, where a gradient jumps: by 1/16 and more, with what the released form makes of them by little less. */
function inputsOf({ batch, length, heads, headWidth, columns }: reference.GlossShape, reach = 3) {
  const n = batch * length * heads * headWidth
  const offsets = noise(batch * length * columns, 3, reach).map((value) =>
    Math.fround(Math.floor(value) + 0.0625 + 0.875 * (value - Math.floor(value))),
  )
  return { q: noise(n, 1), kv: noise(2 * n, 2), offsets, dy: noise(n, 4) }
}
type Inputs = ReturnType<typeof inputsOf>

/** Forward and back, the places from the kernel, each other kernel fed what the reference before it gives. */
async function run(
  { q, kv, offsets, dy }: Inputs,
  lengths: Uint32Array,
  shape: reference.GlossShape,
  clean: Inputs = { q, kv, offsets, dy },
) {
  const { batch, length, heads, headWidth, samples, columns, scale } = shape
  const lines = batch * length * heads
  const want = { ...reference.glossAttention(clean, lengths, shape), ...reference.glossAttentionGrad(clean, clean.dy, lengths, shape) }
  const of = { batch, length, heads, samples }
  const drawn = { columns, released: shape.released ? 1 : 0, stream: shape.stream, rate: shape.rate }
  const { places } = await runKernel(glossAttentionPlaces, { offsets, lengths, seed, places: 4 * lines * samples }, { ...of, ...drawn })
  const factor = shape.released ? 0.5 : 1
  const params = { ...of, headWidth, scale, factor }
  const { y, logSumExp } = await runKernel(glossAttention, { q, kv, places, y: q.length, logSumExp: lines }, params)
  const stats = { y: want.y, dy, logSumExp: want.logSumExp, rowStats: 2 * lines }
  const { rowStats } = await runKernel(attentionDelta, stats, { batch, queries: length, heads, headWidth })
  const made = { dq: q.length, doffsets: offsets.length, pulls: 2 * lines * samples }
  const { dq, doffsets, pulls } = await runKernel(glossAttentionGrad, { q, kv, places, dy, rowStats, ...made }, { ...params, columns })
  const { dkv } = await runKernel(glossAttentionGradMemory, { q, dy, places, pulls, dkv: kv.length }, { ...of, headWidth, factor })
  return { got: { places, y, logSumExp, dq, doffsets, dkv }, want }
}

/**
 * All within their roundings. A place is off by one rounding of a frame's part, or of a few frames' in the released form, and with it what lies there.
 * A score sums headWidth products of up to `highest` in all; weights, and all that is made of them, are off by that again. A key is beside so many
 * samples as happen to lie there, of which the gradients of keys and values are sums.
 */
function expectAllClose(
  { got, want }: Awaited<ReturnType<typeof run>>,
  { headWidth, scale, rate, samples }: reference.GlossShape,
  highest = 2,
): void {
  const ulps = 16 * (1 + highest) + samples
  const size = 1 / (1 - rate)
  const grad = Math.sqrt(headWidth)
  expectClose('y', got.y, want.y, { ulps, scale: size })
  expectClose('logSumExp', got.logSumExp, want.logSumExp, { ulps, scale: highest + Math.log(samples) })
  expectClose('dq', got.dq, want.dq, { ulps, scale: size * grad * scale })
  const most = (values: Float64Array) => values.reduce((top, value) => Math.max(top, Math.abs(value)), 1)
  expectClose('doffsets', got.doffsets, want.doffsets, { ulps, scale: size * grad * most(want.doffsets) })
  expectClose('dkv', got.dkv, want.dkv, { ulps, scale: grad * most(want.dkv) })
}

const forms = [
  { name: 'clean', changed: {} },
  { name: 'released', changed: { released: true } },
  { name: 'clean, weights dropped', changed: { rate: Math.fround(0.3) } },
]

describe('gloss_attention', () => {
  for (const { name, changed } of forms) {
    it(`has reference gradients that match finite differences, ${name}`, () => {
      const shape = shapeOf({ batch: 2, length: 6, heads: 2, headWidth: 4, samples: 3 }, changed)
      const lengths = Uint32Array.of(6, 4)
      const inputs = inputsOf(shape)
      const grads = reference.glossAttentionGrad(inputs, inputs.dy, lengths, shape)
      const along = (part: 'q' | 'kv' | 'offsets') =>
        finiteDifference((at) => dot(reference.glossAttention({ ...inputs, [part]: at }, lengths, shape).y, inputs.dy), inputs[part])
      expectGrad('dq', grads.dq, along('q'))
      expectGrad('dkv', grads.dkv, along('kv'))
      expectGrad('doffsets', grads.doffsets, along('offsets'))
    })
  }

  it('takes whole frames where offsets are whole, wrapped within the clip', async () => {
    const shape = shapeOf({ batch: 1, length: 5, heads: 1, headWidth: 4, samples: 1 })
    const offsets = Float64Array.of(0, 0, 0, 0, 7, 0, 0, 0, -13, 0, 0, 0, 1, 0, 0, 0, 400_000_004, 0, 0, 0)
    const params = { batch: 1, length: 5, heads: 1, samples: 1, columns: 4, released: 0, stream: 0, rate: 0 }
    const { places } = await runKernel(glossAttentionPlaces, { offsets, lengths: Uint32Array.of(5), seed, places: 20 }, params)
    // Frames 0, 1 + 7, 2 - 13, 3 + 1 and 4 + 400,000,004 of four that are wrapped.
    expect([...places]).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1])
    expect(shape.columns).toBe(4)
  })

  // Lanes (batch · length · heads, workgroups of 64): one; one short, exactly one, one over; a prime. A clip of one frame and of two; samples of one,
  // more than there are frames, an even number; columns that need padding; wide heads.
  const shapes: Sizes[] = [
    { batch: 1, length: 1, heads: 1, headWidth: 4, samples: 3 },
    { batch: 1, length: 21, heads: 3, headWidth: 4, samples: 1 },
    { batch: 2, length: 16, heads: 2, headWidth: 8, samples: 7 },
    { batch: 1, length: 65, heads: 1, headWidth: 12, samples: 9 },
    { batch: 1, length: 211, heads: 1, headWidth: 4, samples: 7 },
    { batch: 4, length: 5, heads: 3, headWidth: 8, samples: 12 },
    { batch: 2, length: 23, heads: 8, headWidth: 64, samples: 7 },
  ]
  for (const sizes of shapes) {
    const { batch, length, heads, headWidth, samples } = sizes
    for (const { name, changed } of forms) {
      it(`matches the reference at [${batch}, ${length}, ${heads} × ${headWidth}], ${samples} samples, ${name}`, async () => {
        const lengths = Uint32Array.from({ length: batch }, (_, b) => Math.max(1, length - (b === 3 ? 3 : 4 * b)))
        const shape = shapeOf(sizes, changed)
        expectAllClose(await run(inputsOf(shape), lengths, shape), shape)
      })
    }
  }

  it('lies where offsets far beyond the clip lead', async () => {
    const shape = shapeOf({ batch: 2, length: 40, heads: 2, headWidth: 4, samples: 5 })
    expectAllClose(await run(inputsOf(shape, 300), Uint32Array.of(40, 17), shape), shape)
  })

  it('never reads past a clip’s length: whatever stands there stays out, and gets 0', async () => {
    const shape = shapeOf({ batch: 4, length: 11, heads: 2, headWidth: 8, samples: 7 })
    const lengths = Uint32Array.of(11, 6, 1, 0)
    const clean = inputsOf(shape)
    const poison = (x: Float64Array, width: number) =>
      x.map((value, at) => (Math.floor(at / width) % 11 < lengths[Math.floor(at / (11 * width))]! ? value : Number.NaN))
    const bad = {
      q: poison(clean.q, 16),
      kv: poison(clean.kv, 32),
      offsets: poison(clean.offsets, shape.columns),
      dy: poison(clean.dy, 16),
    }
    const ran = await run(bad, lengths, shape, clean)
    expectAllClose(ran, shape)
    const beyond = (x: Float32Array, width: number) =>
      x.filter((_, at) => Math.floor(at / width) % 11 >= lengths[Math.floor(at / (11 * width))]!)
    const { y, dq, dkv, doffsets } = ran.got
    for (const part of [beyond(y, 16), beyond(dq, 16), beyond(dkv, 32), beyond(doffsets, shape.columns)]) {
      expect(part.length).toBeGreaterThan(0)
      expect(part.every((value) => value === 0)).toBe(true)
    }
  })

  it('treats a length beyond the rows as all of them', async () => {
    const shape = shapeOf({ batch: 1, length: 6, heads: 1, headWidth: 8, samples: 3 })
    expectAllClose(await run(inputsOf(shape), Uint32Array.of(4_000_000_000), shape), shape)
  })

  it('stays finite and right for scores of ±80', async () => {
    const shape = shapeOf({ batch: 1, length: 40, heads: 1, headWidth: 8, samples: 7 }, { scale: 1 })
    const inputs = inputsOf(shape)
    const large = {
      ...inputs,
      q: inputs.q.map((value) => 12 * value),
      kv: inputs.kv.map((value, at) => (at % 16 < 8 ? 12 * value : value)),
    }
    expectAllClose(await run(large, Uint32Array.of(40), shape), { ...shape, scale: 12 }, 200)
  })

  it('drops a share of the samples within 4 sigma', async () => {
    const rate = Math.fround(0.3)
    const params = { batch: 1, length: 8192, heads: 1, samples: 4, columns: 4, released: 0, stream: 5, rate }
    const buffers = { offsets: new Float64Array(4 * 8192), lengths: Uint32Array.of(8192), seed, places: 16 * 8192 }
    const { places } = await runKernel(glossAttentionPlaces, buffers, params)
    const kept = places.filter((value, at) => at % 4 === 2 && value !== 0)
    expect(Math.abs(kept.length / (4 * 8192) - 0.7)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / (4 * 8192)))
    expect(kept.every((value) => Math.abs(value * 0.7 - 1) < 1e-6)).toBe(true)
  })
})
