import { describe, expect, it } from 'vitest'
import type { Constants } from '../src/device/kernel.js'
import { attention } from '../src/kernels/attention.js'
import {
  attentionDropped,
  attentionDroppedGradKeyValue,
  attentionDroppedGradQuery,
  attentionHalfDropped,
  attentionHalfDroppedGradKeyValue,
  attentionHalfDroppedGradQuery,
} from '../src/kernels/attention_dropped.js'
import * as reference from '../src/reference/attention.js'
import { type Drops, keepOf } from '../src/reference/attention_dropped.js'
import { dropout } from '../src/reference/dropout.js'
import * as halves from './attention_half_runs.js'
import { inputsOf, shapeOf } from './attention_inputs.js'
import { expectAllClose, type Run, run } from './attention_runs.js'
import { dot, expectGrad, finiteDifference, forcedWith, hasSubgroups, lentGpu, runKernel } from './harness.js'
import { tiledRun } from './loops.js'
import { withMatrixUnits } from './subgroup_matrices.js'

const seed = Uint32Array.of(0x12345678, 7, 0, 0)
const dropsOf = (rate: number): Drops => ({ seed, stream: 5, rate: Math.fround(rate) })

type Kernels = NonNullable<Run['by']>
const inFull: Kernels = { attention: attentionDropped, gradQuery: attentionDroppedGradQuery, gradKeyValue: attentionDroppedGradKeyValue }
const inHalf: Kernels = {
  attention: attentionHalfDropped,
  gradQuery: attentionHalfDroppedGradQuery,
  gradKeyValue: attentionHalfDroppedGradKeyValue,
}

/** The kernels in one variant, whichever the adapter would take. */
const variantOf =
  ({ attention, gradQuery, gradKeyValue }: Kernels) =>
  (variant: string, constants: Constants = {}): Kernels => ({
    attention: forcedWith(attention, variant, constants),
    gradQuery: forcedWith(gradQuery, variant, constants),
    gradKeyValue: forcedWith(gradKeyValue, variant, constants),
  })

/** Where nothing is cached lavapipe compiles shaders with barriers for a minute or two. */
const patience = { timeout: 400_000 }

/** Both edges of tiles and blocks, by queries and by keys, of keys that are no whole fours; many of the weights dropped, and few. */
async function expectEdges(how: Run, [few, many]: readonly [number, number], headWidth = 36): Promise<void> {
  for (const [queries, keys, causal, rate] of [
    [few, many, 0, 0.4],
    [many, few, 1, 0.1],
  ] as const) {
    const shape = shapeOf(2, 2, headWidth, queries, keys, causal)
    const inputs = inputsOf(shape, [keys, 5])
    expectAllClose(await run(shape, inputs, { ...how, drops: dropsOf(rate) }), shape, 2, rate)
  }
}

/** The same of halves. */
async function expectHalfEdges(how: Run, [few, many]: readonly [number, number], headWidth = 36): Promise<void> {
  for (const [queries, keys, causal, rate] of [
    [few, many, 0, 0.4],
    [many, few, 1, 0.1],
  ] as const) {
    const shape = shapeOf(2, 2, headWidth, queries, keys, causal)
    const inputs = halves.inputsOf(shape, [keys, 5])
    const drops = dropsOf(rate)
    halves.expectAllClose(await halves.run(shape, inputs, { ...how, drops }), inputs, shape, 2, drops)
  }
}

describe('attention_dropped', () => {
  for (const causal of [0, 1]) {
    it(`has reference gradients that match finite differences, causal ${causal}`, () => {
      const shape = shapeOf(2, 2, 4, 3, 5, causal)
      const inputs = inputsOf(shape, [5, 2])
      const keep = keepOf(shape, dropsOf(0.4))
      const { dq, dk, dv } = reference.attentionGrad(inputs, inputs.dy, shape, keep)
      const loss = (changed: Partial<reference.AttentionInputs>) =>
        dot(reference.attention({ ...inputs, ...changed }, shape, keep).y, inputs.dy)
      for (const [name, grad] of Object.entries({ q: dq, k: dk, v: dv }) as ['q' | 'k' | 'v', Float64Array][])
        expectGrad(
          name,
          grad,
          finiteDifference((at) => loss({ [name]: at }), inputs[name]),
        )
    })
  }

  it('drops the pairs that dropout drops of a tensor of the weights', () => {
    const shape = { keys: 7 }
    const drops = dropsOf(0.3)
    const weights = dropout(new Float64Array(6 * 8).fill(1), drops.seed, drops.stream, drops.rate)
    for (let line = 0; line < 6; line++)
      for (let key = 0; key < 7; key++) expect(keepOf(shape, drops)(line, key)).toBe(weights[8 * line + key])
  })

  for (const [name, kernels, expectThem] of [
    ['f32', inFull, expectEdges],
    ['halves', inHalf, expectHalfEdges],
  ] as const) {
    it(`matches the reference untuned, ${name}`, patience, async () => {
      await expectThem({ by: kernels }, [9, 33])
      await expectThem({ by: kernels }, [1, 152], 32)
    })

    for (const variant of ['portable', 'subgroup', 'tiled']) {
      it(`matches the reference, ${variant}, ${name}`, patience, async ({ skip }) => {
        if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
        const by = variantOf(kernels)
        await expectThem(variant === 'tiled' ? await tiledRun(by) : { by: by(variant) }, [9, 33])
      })
    }
  }

  it('matches the reference with tiles of 8 rows a lane, which long work gets on SwiftShader', patience, async ({ skip }) => {
    const { traits } = await lentGpu()
    if (traits.software && traits.subgroupSize === 8) skip('lavapipe compiles it for half a minute, and never takes it')
    await expectEdges({ by: variantOf(inFull)('portable', { ROWS: 8, QUADS: 4 }) }, [9, 33])
  })

  it('matches the reference with tiles of 16 rows, which long work gets on 8 lanes', patience, async ({ skip }) => {
    const { traits } = await lentGpu()
    if (!traits.features.has('subgroups') || traits.subgroupSize !== 8)
      skip('made for subgroups of 8 lanes; SwiftShader compiles it for minutes')
    await expectEdges({ by: variantOf(inFull)('subgroup', { ROWS: 16 }) }, [17, 33])
  })

  it('matches the reference with matrix units spelled out', patience, async ({ skip }) => {
    const on = await withMatrixUnits()
    if (!on.traits.features.has('shader-f16')) skip('this adapter has no halves')
    await expectHalfEdges({ by: variantOf(inHalf)('matrix'), on }, [9, 67], 12)
  })

  it('keeps NaN in the padding rows of keys and values out of everything', async () => {
    const shape = shapeOf(3, 2, 8, 11, 11, 1)
    const inputs = inputsOf(shape, [11, 6, 1])
    const poison = (x: Float64Array) =>
      x.map((value, at) => (Math.floor(at / 16) % 11 < inputs.keyLengths[Math.floor(at / 176)]! ? value : Number.NaN))
    const given = { ...inputs, k: poison(inputs.k), v: poison(inputs.v) }
    const rate = 0.3
    expectAllClose(await run(shape, inputs, { by: inFull, drops: dropsOf(rate) }, given), shape, 2, rate)
  })

  it('gives attention’s bits where nothing is dropped', async () => {
    const shape = shapeOf(2, 2, 36, 9, 33)
    const { q, k, v, keyLengths } = inputsOf(shape, [33, 5])
    const params = { ...shape, queryStride: 72, keyStride: 72, keyColumn: 0, valueColumn: 0 }
    const buffers = { q, k, v, keyLengths, y: q.length, logSumExp: 2 * 2 * 9 }
    const plain = await runKernel(attention, buffers, params)
    const dropped = await runKernel(attentionDropped, { ...buffers, seed }, { ...params, stream: 5, rate: 0 })
    expect(dropped).toEqual(plain)
  })

  it('drops a share of the pairs within 4 sigma, others with another stream and another seed', async () => {
    const rate = Math.fround(0.3)
    // Of one key a query gets its value or nothing.
    const shape = shapeOf(1, 1, 4, 8192, 1)
    const inputs = { q: new Float64Array(4 * 8192), k: new Float64Array(4), v: Float64Array.of(1, 1, 1, 1), keyLengths: Uint32Array.of(1) }
    const params = { ...shape, queryStride: 4, keyStride: 4, keyColumn: 0, valueColumn: 0, rate }
    const keptBy = async (key: Uint32Array, stream: number) => {
      const { y } = await runKernel(attentionDropped, { ...inputs, seed: key, y: 4 * 8192, logSumExp: 8192 }, { ...params, stream })
      return y
    }
    const y = await keptBy(seed, 5)
    const kept = y.filter((value) => value !== 0)
    expect(Math.abs(kept.length / y.length - 0.7)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 8192))
    expect(Math.max(...kept) * 0.7).toBeCloseTo(1, 5)
    for (const other of [await keptBy(seed, 6), await keptBy(Uint32Array.of(1, 7, 0, 0), 5)]) {
      const both = y.filter((value, i) => value !== 0 && other[i] !== 0)
      expect(Math.abs(both.length / y.length - 0.49)).toBeLessThan(4 * Math.sqrt((0.49 * 0.51) / 8192))
    }
  })
})
