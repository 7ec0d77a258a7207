import { describe, expect, it } from 'vitest'
import type { Constants } from '../src/device/kernel.js'
import { attention, attentionGradKeyValue, attentionGradQuery } from '../src/kernels/attention.js'
import * as reference from '../src/reference/attention.js'
import { inputsOf, shapeOf } from './attention_inputs.js'
import { expectAllClose, type Run, run } from './attention_runs.js'
import { dot, expectGrad, finiteDifference, forcedWith, hasSubgroups, lentGpu } from './harness.js'
import { tiledRun } from './loops.js'

const kernels = { attention, gradQuery: attentionGradQuery, gradKeyValue: attentionGradKeyValue }

/** The kernels in one variant, whichever the adapter would take, with some constants other than it would choose. */
function variantOf(variant: string, constants: Constants = {}): typeof kernels {
  const of = <K extends { readonly name: string }>(kernel: K) => forcedWith(kernel, variant, constants)
  return {
    attention: of(attention),
    gradQuery: of(attentionGradQuery),
    gradKeyValue: of(attentionGradKeyValue),
  }
}

const tiled = (): Promise<Run> => tiledRun(variantOf)

describe('attention', () => {
  for (const causal of [0, 1]) {
    it(`has reference gradients that match finite differences, causal ${causal}`, () => {
      const shape = shapeOf(2, 2, 4, 3, 4, causal)
      const inputs = inputsOf(shape, [4, 2])
      const { dq, dk, dv } = reference.attentionGrad(inputs, inputs.dy, shape)
      const loss = (changed: Partial<reference.AttentionInputs>) => dot(reference.attention({ ...inputs, ...changed }, shape).y, inputs.dy)
      expectGrad(
        'dq',
        dq,
        finiteDifference((q) => loss({ q }), inputs.q),
      )
      expectGrad(
        'dk',
        dk,
        finiteDifference((k) => loss({ k }), inputs.k),
      )
      expectGrad(
        'dv',
        dv,
        finiteDifference((v) => loss({ v }), inputs.v),
      )
    })
  }

  // A lane has 4 rows, a workgroup 32 lanes: one row, one lane short, exactly, one lane over, and a prime of lanes, by queries and by keys.
  for (const rows of [1, 4 * 31, 4 * 32, 4 * 32 + 1, 4 * 67 - 1]) {
    it(`matches the reference at ${rows} queries and at ${rows} keys`, async () => {
      const tall = shapeOf(1, 1, 4, rows, 9)
      expectAllClose(await run(tall, inputsOf(tall, [9])), tall)
      const wide = shapeOf(1, 1, 4, 9, rows)
      expectAllClose(await run(wide, inputsOf(wide, [rows])), wide)
    })
  }

  for (const [heads, headWidth] of [
    [4, 32],
    [3, 64],
    [1, 128],
    [2, 176],
  ] as const) {
    it(`matches the reference at ${heads} heads of ${headWidth}, causal and not, keys cut short`, async () => {
      const own = shapeOf(2, heads, headWidth, 21, 21, 1)
      expectAllClose(await run(own, inputsOf(own, [21, 14])), own)
      const cross = shapeOf(2, heads, headWidth, 21, 10)
      expectAllClose(await run(cross, inputsOf(cross, [7, 10])), cross)
    })
  }

  // A subgroup has a tile of 8 rows and blocks of 16 or 32, a workgroup of 16 and 32: both edges, whichever the adapter would take.
  for (const variant of ['portable', 'subgroup', 'tiled']) {
    it(`matches the reference, ${variant}, at 9 queries and 33 keys and the other way round`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      for (const [queries, keys, causal] of [
        [9, 33, 0],
        [33, 9, 1],
      ] as const) {
        const shape = shapeOf(2, 2, 36, queries, keys, causal)
        const inputs = inputsOf(shape, [keys, 5])
        expectAllClose(await run(shape, inputs, variant === 'tiled' ? await tiled() : { by: variantOf(variant) }), shape)
      }
    })
  }

  it('matches the reference with tiles of 8 rows a lane, which long work gets on SwiftShader', async ({ skip }) => {
    const { traits } = await lentGpu()
    if (traits.software && traits.subgroupSize === 8) skip('lavapipe compiles it for half a minute, and never takes it')
    // Tiles and blocks that are whole, and that one row or one key is beyond; a workgroup that is full, and one that is not.
    for (const [queries, keys, causal] of [
      [16, 17, 0],
      [17, 16, 1],
      [8 * 33, 3, 0],
      [3, 8 * 33, 0],
    ] as const) {
      const shape = shapeOf(2, 2, 36, queries, keys, causal)
      const inputs = inputsOf(shape, [keys, 3])
      expectAllClose(await run(shape, inputs, { by: variantOf('portable', { ROWS: 8, QUADS: 4 }) }), shape)
    }
  })

  it('matches the reference with tiles of 16 rows, which long work gets on 8 lanes', async ({ skip }) => {
    const { traits } = await lentGpu()
    if (!traits.features.has('subgroups') || traits.subgroupSize !== 8)
      skip('made for subgroups of 8 lanes; SwiftShader compiles it for minutes')
    for (const [queries, keys, causal] of [
      [17, 33, 0],
      [33, 17, 1],
    ] as const) {
      const shape = shapeOf(2, 2, 36, queries, keys, causal)
      const inputs = inputsOf(shape, [keys, 5])
      expectAllClose(await run(shape, inputs, { by: variantOf('subgroup', { ROWS: 16 }) }), shape)
    }
  })

  it('matches the reference at the pose decoder’s 152 frames', async () => {
    const shape = shapeOf(2, 4, 32, 152, 152, 1)
    expectAllClose(await run(shape, inputsOf(shape, [152, 97])), shape)
  })

  it('lets causal queries past the last key see all of them, and keys past the last query none', async () => {
    const tall = shapeOf(1, 2, 8, 13, 5, 1)
    expectAllClose(await run(tall, inputsOf(tall, [5])), tall)
    const wide = shapeOf(1, 2, 8, 5, 13, 1)
    const { got, want } = await run(wide, inputsOf(wide, [13]))
    expectAllClose({ got, want }, wide)
    expect(got.dv.subarray(5 * 16).every((value) => value === 0)).toBe(true)
  })

  // The variant this adapter takes, and the one GPUs take, at a width that was compiled above; noise of such a size has scores of ±80.
  const dangers = [
    ['untuned', async () => ({}), 8, 6],
    ['tiled', tiled, 36, 4],
  ] as const

  it.each(dangers)('keeps NaN in the padding rows of keys and values out of everything, %s', async (_, how, headWidth) => {
    for (const causal of [0, 1]) {
      const shape = shapeOf(3, 2, headWidth, 11, 11, causal)
      const inputs = inputsOf(shape, [11, 6, 1])
      const width = shape.heads * shape.headWidth
      const poison = (x: Float64Array) =>
        x.map((value, at) => (Math.floor(at / width) % 11 < inputs.keyLengths[Math.floor(at / (11 * width))]! ? value : Number.NaN))
      const { got, want } = await run(shape, inputs, await how(), { ...inputs, k: poison(inputs.k), v: poison(inputs.v) })
      expectAllClose({ got, want }, shape)
      const padding = got.dk.filter((_, at) => Math.floor(at / width) % 11 >= inputs.keyLengths[Math.floor(at / (11 * width))]!)
      expect(padding.length).toBe((5 + 10) * width)
      expect(padding.every((value) => value === 0)).toBe(true)
    }
  })

  it.each(dangers)('gives a sample without keys zeros, whatever its rows hold, %s', async (_, how, headWidth) => {
    const shape = shapeOf(2, 2, headWidth, 6, 5)
    const inputs = inputsOf(shape, [0, 5])
    const nothing = (x: Float64Array) => x.map((value, at) => (at < x.length / 2 ? Number.NaN : value))
    const { got, want } = await run(shape, inputs, await how(), { ...inputs, k: nothing(inputs.k), v: nothing(inputs.v) })
    expectAllClose({ got, want }, shape)
    for (const out of [got.y, got.logSumExp, got.dq, got.dk, got.dv]) {
      expect(out.subarray(0, out.length / 2).every((value) => value === 0)).toBe(true)
    }
  })

  it('treats a length beyond the keys as all of them', async () => {
    const shape = shapeOf(1, 1, 8, 6, 5)
    const inputs = inputsOf(shape, [5])
    expectAllClose(await run(shape, inputs, {}, { ...inputs, keyLengths: Uint32Array.of(4_000_000_000) }), shape)
  })

  it.each(dangers)('stays finite and right for scores of ±80, %s', async (_, how, headWidth, size) => {
    const shape = { ...shapeOf(1, 2, headWidth, 33, 29), scale: 1 }
    const inputs = inputsOf(shape, [29], size)
    const rowOf = (x: Float64Array, row: number) => x.subarray(2 * headWidth * row, 2 * headWidth * row + headWidth)
    const scores = Array.from({ length: 33 * 29 }, (_, at) => dot(rowOf(inputs.q, Math.floor(at / 29)), rowOf(inputs.k, at % 29)))
    expect(Math.max(...scores)).toBeGreaterThan(80)
    expect(Math.min(...scores)).toBeLessThan(-80)
    expectAllClose(await run(shape, inputs, await how()), shape, 128)
  })
})
