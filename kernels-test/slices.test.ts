// Products whose sums a workgroup cuts into slices: every number of slices against the reference, and when the declarations cut.

import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { type AdapterTraits, type AnyKernel, type Constants, candidatesOf, formOf } from '../src/device/kernel.js'
import { linearWeightGrad } from '../src/kernels/linear.js'
import { linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import * as reference from '../src/reference/linear.js'
import { linearHalfWeightGrad as halfReference } from '../src/reference/linear_half.js'
import { expectClose, forcedWith, lentGpu, noise, runKernel } from './harness.js'
import { emulating } from './subgroup_matrices.js'

// One row; fewer than slices; a tile and all slices' rounds exactly filled; one over each; and primes, some slices idle in the last round.
const sizes = [
  { rows: 1, inner: 4, cols: 4 },
  { rows: 3, inner: 36, cols: 12 },
  { rows: 128, inner: 32, cols: 32 },
  { rows: 129, inner: 36, cols: 68 },
  { rows: 151, inner: 68, cols: 36 },
]

const abs = (x: Float64Array) => x.map(Math.abs)
const nameOf = (numbers: Constants) =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${value}`)
    .join(' ')

/** dw and db, onto what is there; without a bias db stays as it is. */
async function expectWeightGrad(
  kernel: typeof linearWeightGrad,
  of: typeof reference.linearWeightGrad,
  size: reference.LinearSize,
  on?: Gpu,
): Promise<void> {
  const { rows, inner, cols } = size
  // Halves hold these with all their digits.
  const x = noise(rows * inner, 21).map((v) => (Math.abs(v) < 2 ** -14 ? 0.5 : v))
  const dy = noise(rows * cols, 22).map((v) => (Math.abs(v) < 2 ** -14 ? 0.5 : v))
  const start = { dw: noise(cols * inner, 23), db: noise(cols, 24) }
  const want = of(x, dy, size)
  const scale = of(abs(x), abs(dy), size)
  const plus = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]!)
  // As for linear: a sum of n products, here in fewer roundings a chain, and one onto what is there.
  const ulps = 4 + 2 * Math.sqrt(rows)

  const { dw, db } = await runKernel(kernel, { x, dy, ...start }, { ...size, hasBias: 1 }, on)
  expectClose('dw', dw, plus(want.dw, start.dw), { ulps, scale: plus(scale.dw, abs(start.dw)) })
  expectClose('db', db, plus(want.db, start.db), { ulps, scale: plus(scale.db, abs(start.db)) })
  const without = await runKernel(kernel, { x, dy, ...start }, { ...size, hasBias: 0 }, on)
  expect([...without.db]).toEqual([...start.db])
}

describe('weight gradients in tiles and slices match the reference', () => {
  // The half's are the same but for rounding, and software drivers compile each for a second.
  const all = [
    [linearWeightGrad, reference.linearWeightGrad, { SPAN: 1, SLICES: 4 }],
    [linearWeightGrad, reference.linearWeightGrad, { SPAN: 2, SLICES: 2 }],
    [linearHalfWeightGrad, halfReference, { SPAN: 1, SLICES: 2 }],
  ] as const
  it.each(all.map((one) => [one[0].name, nameOf(one[2]), one] as const))('%s, %s', async (_, __, [kernel, of, numbers]) => {
    for (const size of sizes) await expectWeightGrad(forcedWith(kernel, 'tiled', numbers), of, size)
  })
})

describe('weight gradients by matrix units and slices match the reference', () => {
  const tiles = [
    { ROWS: 1, COLS: 1, SLICES: 2 },
    { ROWS: 1, COLS: 2, SLICES: 4 },
    { ROWS: 2, COLS: 1, SLICES: 2 },
  ]
  it.for(tiles.map((tile) => [nameOf(tile), tile] as const))('%s', async ([, tile], { skip }) => {
    const { traits } = await lentGpu()
    if (!traits.features.has('shader-f16')) skip('this adapter has no halves')
    const gpu = traits.subgroupMatrices?.has('f16 f32 16x16x16') ? undefined : await emulating()
    for (const size of sizes) await expectWeightGrad(forcedWith(linearHalfWeightGrad, 'matrix', tile), halfReference, size, gpu)
  })
})

describe('sums are cut', () => {
  const gpu: AdapterTraits = { software: false, features: new Set(), subgroupSize: 32 }
  const tensorCores: AdapterTraits = { ...gpu, subgroupMatrices: new Set(['f16 f32 16x16x16']) }
  const formAt = (kernel: object, cols: number, inner: number, rows: number, traits: AdapterTraits) =>
    formOf(kernel as AnyKernel, { rows, inner, cols, hasBias: 1 }, traits)

  it('where an output has too few tiles for the cores, and each sum is long enough', () => {
    const numbersAt = (cols: number, inner: number, rows: number) => formAt(linearWeightGrad, cols, inner, rows, gpu).constants
    expect(numbersAt(512, 512, 1216)).toEqual({ SPAN: 1, SLICES: 4 })
    expect(formAt(linearWeightGrad, 512, 512, 1216, gpu).grid).toEqual([16, 16])
    expect(numbersAt(2048, 512, 1216)).toEqual({ SPAN: 2, SLICES: 4 })
    expect(numbersAt(1536, 512, 1216)).toEqual({ SPAN: 1, SLICES: 2 })
    expect(numbersAt(4096, 4096, 1216)).toEqual({ SPAN: 2, SLICES: 1 })
    expect([15, 31, 32, 63, 64].map((rows) => numbersAt(512, 512, rows).SLICES)).toEqual([1, 1, 2, 2, 4])
  })

  it('by matrix units too', () => {
    const formsAt = (cols: number, inner: number) => formAt(linearHalfWeightGrad, cols, inner, 1216, tensorCores)
    expect(formsAt(512, 512)).toEqual({
      shader: 'linear_half_weight_grad_matrix',
      constants: { ROWS: 1, COLS: 1, SLICES: 2 },
      grid: [16, 16],
    })
    expect(formsAt(2048, 512).constants).toEqual({ ROWS: 2, COLS: 2, SLICES: 2 })
    expect(formsAt(4096, 4096).constants).toEqual({ ROWS: 4, COLS: 2, SLICES: 1 })
  })

  it('on no software driver, and nowhere into tiles that a workgroup has no memory for', () => {
    const triedOn = (kernel: object, traits: AdapterTraits, form: string) =>
      candidatesOf(kernel as AnyKernel, traits).flatMap(({ shader, constants }) => (shader.endsWith(form) ? [constants] : []))
    expect(triedOn(linearWeightGrad, { ...gpu, software: true }, '_tiled')).toEqual([{ SPAN: 2, SLICES: 1 }])
    expect(triedOn(linearWeightGrad, gpu, '_tiled')).toHaveLength(6)
    const matrixTiles = triedOn(linearHalfWeightGrad, tensorCores, '_matrix')
    expect(matrixTiles).toContainEqual({ ROWS: 4, COLS: 2, SLICES: 2 })
    expect(matrixTiles).not.toContainEqual({ ROWS: 4, COLS: 1, SLICES: 4 })
  })
})
