// Products whose sums a workgroup cuts into slices: every number of slices against the reference, and when the declarations cut.

import { describe, expect, it } from 'vitest'
import { type AdapterTraits, type AnyKernel, type Constants, candidatesOf, chosenVariant } from '../src/device/kernel.js'
import { linearWeightGrad } from '../src/kernels/linear.js'
import { linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { forcedWith, lentGpu } from './harness.js'
import { expectAccumulation, expectFinish, expectReference, halfProducts, mapped, products } from './products.js'
import { withMatrixUnits } from './subgroup_matrices.js'

// One number; sums of fewer than there are slices; a tile and all slices' rounds exactly filled; one over each; and primes, so that some
// slices have nothing to do in the last round.
const sizes = [
  { rows: 1, inner: 4, cols: 4 },
  { rows: 3, inner: 36, cols: 12 },
  { rows: 128, inner: 32, cols: 32 },
  { rows: 129, inner: 36, cols: 68 },
  { rows: 33, inner: 132, cols: 68 },
  { rows: 151, inner: 68, cols: 148 },
]

const nameOf = (numbers: Constants) =>
  Object.entries(numbers)
    .map(([name, value]) => `${name} ${value}`)
    .join(' ')

describe('products in tiles and slices match the reference', () => {
  // The numbers of forward, data and weight gradient. Software drivers compile each for a second or more, so not every kernel has all.
  const numbers = [
    [
      { SIDE: 64, SLICES: 2 },
      { SIDE: 32, SLICES: 4 },
      { SIDE: 32, SLICES: 2 },
    ],
    [
      { SIDE: 32, SLICES: 4 },
      { SIDE: 32, SLICES: 2 },
      { SIDE: 64, SLICES: 4 },
    ],
  ] as const
  const cut = [products, halfProducts].map((those, half) => mapped(those, (kernel, i) => forcedWith(kernel, 'tiled', numbers[half]![i]!)))
  it.each(cut.map((those) => [those.kernels[0].name, those] as const))('%s', async (_, those) => {
    for (const size of sizes) await expectReference(those, size)
    await expectFinish(those, sizes.at(-1)!)
    await expectAccumulation(those)
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
    const gpu = traits.subgroupMatrices?.has('f16 f32 16x16x16') ? undefined : await withMatrixUnits()
    const cut = mapped(halfProducts, (kernel) => (kernel.name === linearHalfWeightGrad.name ? forcedWith(kernel, 'matrix', tile) : kernel))
    for (const size of sizes) await expectReference(cut, size, gpu)
    await expectAccumulation(cut, gpu)
  })
})

describe('sums are cut', () => {
  const gpu: AdapterTraits = { software: false, features: new Set(), subgroupSize: 32 }
  const tensorCores: AdapterTraits = { ...gpu, subgroupMatrices: new Set(['f16 f32 16x16x16']) }
  const formAt = (kernel: object, cols: number, inner: number, rows: number, traits: AdapterTraits) =>
    chosenVariant(kernel as AnyKernel, { rows, inner, cols, hasBias: 1 }, traits)

  it('where an output has too few tiles for the cores, and each sum is long enough', () => {
    const numbersAt = (cols: number, inner: number, rows: number) => formAt(linearWeightGrad, cols, inner, rows, gpu).constants
    expect(numbersAt(512, 512, 1216)).toEqual({ SIDE: 32, SLICES: 4 })
    expect(formAt(linearWeightGrad, 512, 512, 1216, gpu).grid).toEqual([16, 16])
    expect(numbersAt(2048, 512, 1216)).toEqual({ SIDE: 64, SLICES: 4 })
    expect(numbersAt(1536, 512, 1216)).toEqual({ SIDE: 32, SLICES: 2 })
    expect(numbersAt(4096, 4096, 1216)).toEqual({ SIDE: 64, SLICES: 1 })
    expect([15, 31, 32, 63, 64].map((rows) => numbersAt(512, 512, rows).SLICES)).toEqual([1, 1, 2, 2, 4])
  })

  it('by matrix units too', () => {
    const formsAt = (cols: number, inner: number) => formAt(linearHalfWeightGrad, cols, inner, 1216, tensorCores)
    expect(formsAt(512, 512)).toEqual({
      shader: 'linear_half_weight_grad_matrix',
      text: { file: 'linear_half_weight_grad_matrix' },
      constants: { ROWS: 1, COLS: 1, SLICES: 2 },
      grid: [16, 16],
    })
    expect(formsAt(2048, 512).constants).toEqual({ ROWS: 2, COLS: 2, SLICES: 2 })
    expect(formsAt(4096, 4096).constants).toEqual({ ROWS: 4, COLS: 2, SLICES: 1 })
  })

  it('on no software driver, and nowhere into tiles that a workgroup has no memory for', () => {
    const triedOn = (kernel: object, traits: AdapterTraits, variant: string) =>
      candidatesOf(kernel as AnyKernel, traits).flatMap(({ shader, constants }) => (shader.endsWith(variant) ? [constants] : []))
    expect(triedOn(linearWeightGrad, { ...gpu, software: true }, '_tiled')).toEqual([{ SIDE: 64, SLICES: 1 }])
    expect(triedOn(linearWeightGrad, gpu, '_tiled')).toHaveLength(6)
    const matrixTiles = triedOn(linearHalfWeightGrad, tensorCores, '_matrix')
    expect(matrixTiles).toContainEqual({ ROWS: 4, COLS: 2, SLICES: 2 })
    expect(matrixTiles).not.toContainEqual({ ROWS: 4, COLS: 1, SLICES: 4 })
  })
})
