import { describe, expect, it } from 'vitest'
import type { Constants } from '../src/device/kernel.js'
import { attentionHalf, attentionHalfGradKeyValue, attentionHalfGradQuery } from '../src/kernels/attention_half.js'
import * as inFull from '../src/reference/attention.js'
import * as reference from '../src/reference/attention_half.js'
import { nearestHalf } from '../src/reference/to_half.js'
import { expectAllClose, inputsOf, run } from './attention_half_runs.js'
import { shapeOf } from './attention_inputs.js'
import type { Run } from './attention_runs.js'
import { expectClose, forcedWith, hasSubgroups, lentGpu } from './harness.js'
import { tiledRun } from './loops.js'
import { withMatrixUnits } from './subgroup_matrices.js'

const kernels = { attention: attentionHalf, gradQuery: attentionHalfGradQuery, gradKeyValue: attentionHalfGradKeyValue }

/** The kernels in one variant, whichever the adapter would take, with some constants other than it would choose. */
function variantOf(variant: string, constants: Constants = {}): typeof kernels {
  const of = <K extends { readonly name: string }>(kernel: K) => forcedWith(kernel, variant, constants)
  return {
    attention: of(attentionHalf),
    gradQuery: of(attentionHalfGradQuery),
    gradKeyValue: of(attentionHalfGradKeyValue),
  }
}

const tiled = (): Promise<Run> => tiledRun(variantOf)

/** The variants for matrix units, on the lent GPU with these spelled out; undefined where it has no halves. */
async function spelledOut(): Promise<Run | undefined> {
  const on = await withMatrixUnits()
  return on.traits.features.has('shader-f16') ? { by: variantOf('matrix'), on } : undefined
}

/** Where nothing is cached lavapipe compiles shaders with barriers for a minute or two. */
const patience = { timeout: 400_000 }

/** Both edges of tiles and blocks, by queries and by keys. */
async function expectEdges(how: Run, headWidth: number, [few, many]: readonly [number, number]): Promise<void> {
  for (const [queries, keys, causal] of [
    [few, many, 0],
    [many, few, 1],
  ] as const) {
    const shape = shapeOf(2, 2, headWidth, queries, keys, causal)
    const inputs = inputsOf(shape, [keys, 5])
    expectAllClose(await run(shape, inputs, how), inputs, shape)
  }
}

describe('attention_half', () => {
  it('has a reference that is attention’s where nothing is rounded', () => {
    for (const causal of [0, 1]) {
      const shape = shapeOf(2, 2, 4, 3, 4, causal)
      const rough = inputsOf(shape, [4, 2])
      const inputs = { ...rough, ...reference.inHalves(rough) }
      const dy = rough.dy.map(nearestHalf)
      const keep = (x: number) => x
      const [got, want] = [reference.attentionHalf(inputs, shape, keep), inFull.attention(inputs, shape)]
      const [grads, wanted] = [reference.attentionHalfGrad(inputs, dy, shape, keep), inFull.attentionGrad(inputs, dy, shape)]
      // delta is of y with rounded weights: 2^-12 of each on the average, much less in the sum.
      for (const key of ['y', 'logSumExp'] as const) got[key].forEach((v, i) => void expect(v).toBeCloseTo(want[key][i]!, 12))
      for (const key of ['dq', 'dk', 'dv'] as const) grads[key].forEach((v, i) => void expect(v).toBeCloseTo(wanted[key][i]!, 3))
    }
  })

  for (const rows of [1, 4 * 32 + 1]) {
    it(`matches the reference at ${rows} queries and at ${rows} keys`, async () => {
      const tall = shapeOf(1, 1, 4, rows, 9)
      const inputs = inputsOf(tall, [9])
      expectAllClose(await run(tall, inputs), inputs, tall)
      const wide = shapeOf(1, 1, 4, 9, rows)
      const others = inputsOf(wide, [rows])
      expectAllClose(await run(wide, others), others, wide)
    })
  }

  for (const [heads, headWidth] of [
    [4, 32],
    [1, 128],
    [2, 176],
  ] as const) {
    it(`matches the reference at ${heads} heads of ${headWidth}, causal and not, keys cut short`, async () => {
      const own = shapeOf(2, heads, headWidth, 21, 21, 1)
      const inputs = inputsOf(own, [21, 14])
      expectAllClose(await run(own, inputs), inputs, own)
      const cross = shapeOf(2, heads, headWidth, 21, 10)
      const others = inputsOf(cross, [7, 10])
      expectAllClose(await run(cross, others), others, cross)
    })
  }

  for (const variant of ['portable', 'subgroup', 'tiled']) {
    it(`matches the reference, ${variant}, at 9 queries and 33 keys and the other way round`, patience, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      await expectEdges(variant === 'tiled' ? await tiled() : { by: variantOf(variant) }, 36, [9, 33])
    })
  }

  it('matches the reference with tiles of 8 rows a lane, which long work gets on SwiftShader', patience, async ({ skip }) => {
    const { traits } = await lentGpu()
    if (traits.software && traits.subgroupSize === 8) skip('lavapipe compiles it for half a minute, and never takes it')
    await expectEdges({ by: variantOf('portable', { ROWS: 8, QUADS: 4 }) }, 36, [9, 33])
  })

  it('matches the reference at the pose decoder’s 152 frames', async () => {
    const shape = shapeOf(1, 2, 32, 152, 152, 1)
    const inputs = inputsOf(shape, [152])
    expectAllClose(await run(shape, inputs), inputs, shape)
  })

  it('takes the variant for matrix units where the adapter has them for halves', () => {
    const gpu = { software: false, features: new Set<string>(), subgroupSize: 32 }
    const variants = (traits: object) =>
      Object.values(kernels).map(({ variants }) => variants!.find(({ suits }) => suits({ ...gpu, ...traits }))!.shader)
    const names = Object.values(kernels).map(({ name }) => name)
    expect(variants({ subgroupMatrices: new Set(['f16 f32 16x16x16']) })).toEqual(names.map((name) => `${name}_matrix`))
    for (const lacking of [{ subgroupMatrices: new Set(['f16 f16 16x16x16']) }, {}])
      expect(variants(lacking)).toEqual(names.map((name) => `${name}_tiled`))
  })

  it('lets an overflow on the way back be seen', async () => {
    const shape = shapeOf(1, 1, 4, 3, 3)
    const inputs = inputsOf(shape, [3])
    const { got } = await run(shape, inputs, {}, { ...inputs, dy: inputs.dy.map((v, i) => (i === 5 ? 1e6 : v)) })
    expect([...got.dq.subarray(4, 8)].some(Number.isFinite)).toBe(false)
    for (const grad of [...got.dk, got.dv[1]!]) expect(Number.isFinite(grad)).toBe(false)
  })
})

describe('attention_half for matrix units', () => {
  it('matches the reference on an adapter that has them', async ({ skip }) => {
    const { traits } = await lentGpu()
    if (!traits.subgroupMatrices?.has('f16 f32 16x16x16')) skip('this adapter has no matrix units for halves')
    for (const headWidth of [4, 36, 64, 128, 400]) await expectEdges({ by: variantOf('matrix') }, headWidth, [17, 133])
  })

  // Three matrices are wider than a head of 36, one is wider than a head of 12.
  for (const headWidth of [36, 12]) {
    it(`matches the reference with them spelled out, heads of ${headWidth}`, patience, async ({ skip }) => {
      const how = (await spelledOut()) ?? skip('this adapter has no halves')
      await expectEdges(how, headWidth, [9, 67])
    })
  }

  it('matches the reference with them spelled out, in small workgroups and the small blocks of wide heads', patience, async ({ skip }) => {
    const how = (await spelledOut()) ?? skip('this adapter has no halves')
    const { attention, gradQuery } = variantOf('matrix', { LANES: 64, KEYS: 16 })
    const { gradKeyValue } = variantOf('matrix', { LANES: 64, QUERIES: 16 })
    await expectEdges({ ...how, by: { attention, gradQuery, gradKeyValue } }, 12, [9, 67])
  })

  it('takes small blocks only where large ones would not fit', () => {
    const blockOf = (headWidth: number) => {
      const { variants } = attentionHalfGradKeyValue
      const params = { ...shapeOf(1, 1, headWidth, 1, 1), queryStride: 0, keyStride: 0, keyColumn: 0, valueColumn: 0 }
      return variants![0]!.constants!(params, { software: false, features: new Set(), subgroupSize: 32 })
    }
    expect(blockOf(128)).toEqual({ WIDTH: 8, QUERIES: 32 })
    expect(blockOf(400)).toEqual({ WIDTH: 25, QUERIES: 16 })
  })
})

describe('the dangers of attention_half', () => {
  const variants = [
    ['untuned', 8],
    ['tiled', 36],
    ['matrix', 12],
  ] as const

  for (const [variant, headWidth] of variants) {
    const how = async (skip: (why: string) => never): Promise<Run> => {
      if (variant === 'matrix') return (await spelledOut()) ?? skip('this adapter has no halves')
      return variant === 'untuned' ? {} : tiled()
    }

    it(`keeps NaN in the padding rows of keys and values out of everything, ${variant}`, patience, async ({ skip }) => {
      for (const causal of [0, 1]) {
        const shape = shapeOf(3, 2, headWidth, 11, 11, causal)
        const inputs = inputsOf(shape, [11, 6, 1])
        const width = shape.heads * shape.headWidth
        const isPadding = (at: number) => Math.floor(at / width) % 11 >= inputs.keyLengths[Math.floor(at / (11 * width))]!
        const poison = (x: Float64Array) => x.map((value, at) => (isPadding(at) ? Number.NaN : value))
        const { got, want } = await run(shape, inputs, await how(skip), { ...inputs, k: poison(inputs.k), v: poison(inputs.v) })
        expectAllClose({ got, want }, inputs, shape)
        const padding = got.dk.filter((_, at) => isPadding(at))
        expect(padding.length).toBe((5 + 10) * width)
        expect(padding.every((value) => value === 0)).toBe(true)
      }
    })

    it(`gives a sample without keys zeros, whatever its rows hold, ${variant}`, patience, async ({ skip }) => {
      const shape = shapeOf(2, 2, headWidth, 6, 5)
      const inputs = inputsOf(shape, [0, 5])
      const nothing = (x: Float64Array) => x.map((value, at) => (at < x.length / 2 ? Number.NaN : value))
      const { got, want } = await run(shape, inputs, await how(skip), { ...inputs, k: nothing(inputs.k), v: nothing(inputs.v) })
      expectAllClose({ got, want }, inputs, shape)
      for (const out of [got.y, got.logSumExp, got.dq, got.dk, got.dv]) {
        expect(out.subarray(0, out.length / 2).every((value) => value === 0)).toBe(true)
      }
    })

    it(`holds scores that halves could not, ${variant}`, patience, async ({ skip }) => {
      // Scores of 65536 · (key + 1): every query takes the value of the last key that it sees, and nothing of the others.
      const shape = { ...shapeOf(1, 2, headWidth, 9, 40, 1), scale: 1 }
      const width = 2 * headWidth
      const inputs = inputsOf(shape, [40])
      const first = (n: number, value: (row: number) => number) =>
        Float64Array.from({ length: n * width }, (_, at) => (at % headWidth === 0 ? value(Math.floor(at / width)) : 0))
      const steep = { ...inputs, q: first(9, () => 256), k: first(40, (key) => 256 * (key + 1)) }
      const { got } = await run(shape, steep, await how(skip))
      // The one weight, between 1/2 and 1, is off by up to 2^-12 as a half.
      const values = inputs.v.subarray(0, 9 * width).map(nearestHalf)
      expectClose('y', got.y, values, { ulps: 2 ** 13 + 8, scale: values.map(Math.abs) })
      const levels = Float64Array.from({ length: 18 }, (_, line) => 65536 * ((line % 9) + 1))
      expectClose('logSumExp', got.logSumExp, levels, { ulps: 8, scale: levels })
      for (const out of [got.dq, got.dk, got.dv]) expect(out.every(Number.isFinite)).toBe(true)
    })
  }
})
