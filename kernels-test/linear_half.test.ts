import { describe, expect, it } from 'vitest'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { nearestHalf, toHalf } from '../src/reference/to_half.js'
import { forcedWith, hasSubgroups, lentGpu, noise, runKernel } from './harness.js'
import {
  expectAccumulation,
  expectFinish,
  expectReference,
  halfProducts,
  inVariant,
  mapped,
  type Products,
  plain,
  title,
  unread,
} from './products.js'
import { withMatrixUnits } from './subgroup_matrices.js'

// One element; under, at and over a lane's tile of 8, a matrix's of 16 and a workgroup's of 64; primes; the pose head's 152 columns.
const sizes = [
  { rows: 1, inner: 4, cols: 4 },
  { rows: 7, inner: 12, cols: 4 },
  { rows: 9, inner: 20, cols: 12 },
  { rows: 64, inner: 64, cols: 64 },
  { rows: 65, inner: 68, cols: 68 },
  { rows: 131, inner: 36, cols: 152 },
]

/** The variants for matrix units with a tile of 32·ROWS by 64·COLS, whatever size the declaration would choose, and no slices. */
const withTile = (tile: { readonly ROWS: number; readonly COLS: number }): Products =>
  mapped(halfProducts, (kernel) => forcedWith(kernel, 'matrix', kernel.name === linearHalfWeightGrad.name ? { ...tile, SLICES: 1 } : tile))

describe('linear_half', () => {
  for (const variant of ['portable', 'subgroup', 'tiled']) {
    for (const size of sizes) {
      it(`matches the reference, all three ways, ${variant}, ${title(size)}`, async ({ skip }) => {
        if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
        await expectReference(inVariant(halfProducts, variant), size)
      })
    }

    it(`adds on, and finishes as linear does, ${variant}`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      await expectAccumulation(inVariant(halfProducts, variant))
      for (const size of sizes.slice(3)) await expectFinish(inVariant(halfProducts, variant), size)
    })
  }

  it('takes the variant for matrix units where the adapter has them for halves, with larger tiles for larger outputs', () => {
    const features = new Set<string>()
    const tensorCores = { software: false, features, subgroupSize: 32, subgroupMatrices: new Set(['f16 f32 16x16x16']) }
    const gpuOf = (traits: object) =>
      halfProducts.kernels.map(({ variants }) => variants!.find(({ suits }) => suits(traits as typeof tensorCores))!)
    expect(gpuOf(tensorCores).map(({ shader }) => shader)).toEqual(halfProducts.kernels.map(({ name }) => `${name}_matrix`))
    for (const lacking of [{ subgroupMatrices: new Set(['f16 f16 16x16x16']) }, { subgroupMatrices: undefined }, { subgroupSize: 64 }])
      expect(gpuOf({ ...tensorCores, ...lacking }).map(({ shader }) => shader)).toEqual(
        halfProducts.kernels.map(({ name }) => `${name}_tiled`),
      )
    const [linear] = gpuOf(tensorCores)
    const square = (side: number) => ({ rows: side, inner: 512, cols: side, hasBias: 1, ...plain, accumulate: 0, gated: 0 })
    const tileOf = (side: number) => linear!.constants!(square(side), tensorCores)
    expect([4096, 1536, 64].map(tileOf)).toEqual([
      { ROWS: 4, COLS: 4 },
      { ROWS: 4, COLS: 2 },
      { ROWS: 1, COLS: 1 },
    ])
    expect(linear!.workgroups(square(4096), tensorCores, tileOf(4096))).toEqual([16, 32])
  })
})

describe('linear_half for matrix units', () => {
  for (const size of sizes) {
    it(`matches the reference on an adapter that has them, ${title(size)}`, async ({ skip }) => {
      const { traits } = await lentGpu()
      if (!traits.subgroupMatrices?.has('f16 f32 16x16x16')) skip('this adapter has no matrix units for halves')
      await expectReference(inVariant(halfProducts, 'matrix'), size)
    })
  }

  for (const tile of [
    { ROWS: 1, COLS: 1 },
    { ROWS: 2, COLS: 1 },
    { ROWS: 1, COLS: 2 },
  ]) {
    for (const size of tile.ROWS * tile.COLS === 1 ? sizes : sizes.slice(-1)) {
      it(`matches the reference with them spelled out, ${tile.ROWS} by ${tile.COLS}, ${title(size)}`, async ({ skip }) => {
        const gpu = await withMatrixUnits()
        if (!gpu.traits.features.has('shader-f16')) skip('this adapter has no halves')
        await expectReference(withTile(tile), size, gpu)
      })
    }
  }

  it('adds on, and finishes as linear does, spelled out', async ({ skip }) => {
    const gpu = await withMatrixUnits()
    if (!gpu.traits.features.has('shader-f16')) skip('this adapter has no halves')
    await expectAccumulation(withTile({ ROWS: 1, COLS: 1 }), gpu)
    await expectFinish(withTile({ ROWS: 1, COLS: 1 }), sizes.at(-1)!, gpu)
  })
})

describe('the rounding of linear_half', () => {
  /** x one by one through a product with 1. */
  async function rounded(kernel: typeof linearHalf, x: readonly number[]): Promise<number[]> {
    const size = { rows: x.length, inner: 4, cols: 4 }
    const rows = Float64Array.from({ length: 4 * x.length }, (_, i) => (i % 4 === 0 ? x[i / 4]! : 0))
    const w = toHalf(Float64Array.from({ length: 16 }, (_, i) => (i === 0 ? 1 : 0)))
    const { y } = await runKernel(
      kernel,
      { x: rows, w, b: new Float64Array(4), ...unread, y: 4 * x.length },
      { ...size, ...plain, hasBias: 0 },
    )
    return x.map((_, m) => y[4 * m]!)
  }

  it.each(['portable', 'subgroup', 'tiled'])('is to the nearest, past the largest half to infinity, %s', async (variant) => {
    const linear = (await hasSubgroups()) || variant !== 'subgroup' ? inVariant(halfProducts, variant).kernels[0] : linearHalf
    const x = [1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 1 / 3, -0.1, 2 ** -14, 65504, 65519].map(Math.fround)
    expect(await rounded(linear, x)).toEqual(x.map(nearestHalf))
    expect(await rounded(linear, [65520, -1e6, Infinity, Number.NaN])).toEqual([Infinity, -Infinity, Infinity, Number.NaN])
  })

  it('leaves numbers below 2^-14 as they are to 11 digits, rounds them as a half does, or takes them for 0', async () => {
    const x = [1e-5, -3e-6, 2 ** -20 * 1.37, 2 ** -26].map(Math.fround)
    const got = await rounded(linearHalf, x)
    x.forEach((v, i) => {
      const digits = 2 ** (Math.floor(Math.log2(Math.abs(v))) - 10)
      expect([Math.round(v / digits) * digits, nearestHalf(v), 0].some((one) => one === got[i])).toBe(true)
    })
  })

  it('lets an overflow on the way back be seen', async () => {
    const size = { rows: 1, inner: 4, cols: 4 }
    const dy = Float64Array.of(1, 1e6, 1, 1)
    const x = Float64Array.of(1, 2, 3, 4)
    const { dx } = await runKernel(linearHalfGrad, { dy, w: toHalf(noise(16, 1)), x, dx: 4 }, { ...size, accumulate: 0, gated: 0, rate: 0 })
    const start = { dw: new Float64Array(16), db: new Float64Array(4) }
    const { dw } = await runKernel(linearHalfWeightGrad, { x, dy, ...start }, { ...size, hasBias: 1 })
    for (const grad of [...dx, ...dw.slice(4, 8)]) expect(Number.isFinite(grad)).toBe(false)
  })
})
