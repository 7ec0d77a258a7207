import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { linearActivation } from '../src/kernels/linear.js'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { finished, gated, type LinearSize } from '../src/reference/linear.js'
import * as reference from '../src/reference/linear_half.js'
import { nearestHalf, toHalf } from '../src/reference/to_half.js'
import { expectClose, forced, hasSubgroups, lentGpu, noise, runKernel } from './harness.js'
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

// As for linear: products of halves are exact, so fewer roundings than there.
const ulps = (n: number) => 4 + 2 * Math.sqrt(n)
const abs = (x: Float64Array) => x.map(Math.abs)

/** Noise that halves hold with all 11 digits: what becomes of smaller numbers has a test of its own. */
const operand = (n: number, seed: number) => noise(n, seed).map((v) => (Math.abs(v) < 2 ** -14 ? 0.5 : v))

const kernels = [linearHalf, linearHalfGrad, linearHalfWeightGrad] as const
type Kernels = typeof kernels

const seed = Uint32Array.of(5, 6, 0, 0)
const plain = { activation: linearActivation.none, hasResidual: 0, site: 0, rate: 0 }
/** What a kernel is given for bindings it must not read. */
const unread = { residual: new Float64Array(4).fill(Number.NaN), seed }

const inForm = (form: string): Kernels => kernels.map((kernel) => forced(kernel, form)) as unknown as Kernels

/** The forms for matrix units with a tile of 32·ROWS by 64·COLS, whatever size the declaration would choose. */
function withTile(tile: { readonly ROWS: number; readonly COLS: number }): Kernels {
  const outputs = [
    ({ rows, cols }: LinearSize) => [rows, cols] as const,
    ({ rows, inner }: LinearSize) => [rows, inner] as const,
    ({ inner, cols }: LinearSize) => [cols, inner] as const,
  ]
  return kernels.map((kernel, i) => ({
    ...kernel,
    variants: kernel.variants!.slice(0, 1).map((variant) => ({
      ...variant,
      suits: () => true,
      workgroups: (size: LinearSize) => {
        const [rows, cols] = outputs[i]!(size)
        return [Math.ceil(cols / (64 * tile.COLS)), Math.ceil(rows / (32 * tile.ROWS))] as const
      },
      constants: () => ({ ...tile }),
    })),
  })) as unknown as Kernels
}

async function expectReference([linear, linearGrad, linearWeightGrad]: Kernels, size: LinearSize, on?: Gpu): Promise<void> {
  const { rows, inner, cols } = size
  const x = operand(rows * inner, 5)
  const w = operand(cols * inner, 6)
  const b = noise(cols, 7)
  const dy = operand(rows * cols, 8)

  const { y } = await runKernel(linear, { x, w: toHalf(w), b, ...unread, y: rows * cols }, { ...size, ...plain, hasBias: 1 }, on)
  const yScale = reference.linearHalf(abs(x), abs(w), abs(b), size)
  expectClose('y', y, reference.linearHalf(x, w, b, size), { ulps: ulps(inner), scale: yScale })

  const { dx } = await runKernel(
    linearGrad,
    { dy, w: toHalf(w), x: dy, dx: rows * inner },
    { ...size, accumulate: 0, gated: 0, rate: 0 },
    on,
  )
  const dxScale = reference.linearHalfGrad(abs(dy), abs(w), size)
  expectClose('dx', dx, reference.linearHalfGrad(dy, w, size), { ulps: ulps(cols), scale: dxScale })

  const start = { dw: new Float64Array(cols * inner), db: new Float64Array(cols) }
  const { dw, db } = await runKernel(linearWeightGrad, { x, dy, ...start }, { ...size, hasBias: 1 }, on)
  const want = reference.linearHalfWeightGrad(x, dy, size)
  const scale = reference.linearHalfWeightGrad(abs(x), abs(dy), size)
  expectClose('dw', dw, want.dw, { ulps: ulps(rows), scale: scale.dw })
  expectClose('db', db, want.db, { ulps: ulps(rows), scale: scale.db })
}

/** Adds onto what is there when told to, and leaves the bias alone when there is none. */
async function expectAccumulation([linear, linearGrad, linearWeightGrad]: Kernels, on?: Gpu): Promise<void> {
  const size = { rows: 3, inner: 12, cols: 8 }
  const [x, w, dy] = [operand(36, 1), operand(96, 2), operand(24, 3)]
  const [old, oldWeights, oldBias] = [noise(36, 4), noise(96, 5), noise(8, 6)]
  const { dx } = await runKernel(linearGrad, { dy, w: toHalf(w), x: dy, dx: old }, { ...size, accumulate: 1, gated: 0, rate: 0 }, on)
  const wantDx = reference.linearHalfGrad(dy, w, size).map((v, i) => v + old[i]!)
  expectClose('dx', dx, wantDx, { ulps: 16, scale: 8 })
  const { dw, db } = await runKernel(linearWeightGrad, { x, dy, dw: oldWeights, db: oldBias }, { ...size, hasBias: 0 }, on)
  const wantDw = reference.linearHalfWeightGrad(x, dy, size).dw.map((v, i) => v + oldWeights[i]!)
  expectClose('dw', dw, wantDw, { ulps: 16, scale: 3 })
  expect([...db]).toEqual([...oldBias])
  const noBias = new Float64Array(8).fill(Number.NaN)
  const { y } = await runKernel(linear, { x, w: toHalf(w), b: noBias, ...unread, y: 24 }, { ...size, ...plain, hasBias: 0 }, on)
  expectClose('y', y, reference.linearHalf(x, w, undefined, size), { ulps: 16, scale: 12 })
}

/** Bends, drops and adds what is there, and gates the way back, as linear does. */
async function expectFinish([linear, linearGrad]: Kernels, size: LinearSize, on?: Gpu): Promise<void> {
  const { rows, inner, cols } = size
  const [x, w, b] = [operand(rows * inner, 11), operand(cols * inner, 12), noise(cols, 13)]
  const residual = noise(rows * cols, 14)
  const drops = { seed, site: 7, rate: Math.fround(0.3) }
  const { y } = await runKernel(
    linear,
    { x, w: toHalf(w), b, residual, seed, y: rows * cols },
    { ...size, hasBias: 1, activation: linearActivation.relu, hasResidual: 1, site: 7, rate: 0.3 },
    on,
  )
  // Roundings of the sum, its division by 1 - rate, and the residual's size.
  const scale = reference.linearHalf(abs(x), abs(w), abs(b), size).map((v) => 1 + v / 0.7)
  expectClose('y', y, finished(reference.linearHalf(x, w, b, size), { relu: true, residual, drops }), { ulps: ulps(inner) + 8, scale })

  const dy = operand(rows * cols, 15)
  // As linear leaves it: 0 where dropped or bent.
  const left = noise(rows * inner, 16).map((v) => Math.max(v, 0))
  const old = noise(rows * inner, 17)
  const way = { ...size, accumulate: 1, gated: 1, rate: 0.3 }
  const { dx } = await runKernel(linearGrad, { dy, w: toHalf(w), x: left, dx: old }, way, on)
  const want = gated(reference.linearHalfGrad(dy, w, size), left, drops.rate).map((v, i) => v + old[i]!)
  const dxScale = reference.linearHalfGrad(abs(dy), abs(w), size).map((v) => 1 + v / 0.7)
  expectClose('dx', dx, want, { ulps: ulps(cols) + 8, scale: dxScale })
}

const title = ({ rows, inner, cols }: LinearSize) => `at [${rows}, ${inner}] to ${cols}`

describe('linear_half', () => {
  for (const form of ['portable', 'subgroup', 'tiled']) {
    for (const size of sizes) {
      it(`matches the reference, all three ways, ${form}, ${title(size)}`, async ({ skip }) => {
        if (form === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
        await expectReference(inForm(form), size)
      })
    }

    it(`adds on, and finishes as linear does, ${form}`, async ({ skip }) => {
      if (form === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      await expectAccumulation(inForm(form))
      for (const size of sizes.slice(3)) await expectFinish(inForm(form), size)
    })
  }

  it('takes the form for matrix units where the adapter has them for halves, with larger tiles for larger outputs', () => {
    const features = new Set<string>()
    const tensorCores = { software: false, features, subgroupSize: 32, subgroupMatrices: new Set(['f16 f32 16x16x16']) }
    const gpuOf = (traits: object) => kernels.map(({ variants }) => variants!.find(({ suits }) => suits(traits as typeof tensorCores))!)
    expect(gpuOf(tensorCores).map(({ shader }) => shader)).toEqual(kernels.map(({ name }) => `${name}_matrix`))
    for (const lacking of [{ subgroupMatrices: new Set(['f16 f16 16x16x16']) }, { subgroupMatrices: undefined }, { subgroupSize: 64 }])
      expect(gpuOf({ ...tensorCores, ...lacking }).map(({ shader }) => shader)).toEqual(kernels.map(({ name }) => `${name}_tiled`))
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
      await expectReference(inForm('matrix'), size)
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

  it.each(['portable', 'subgroup', 'tiled'])('is to the nearest, past the largest half to infinity, %s', async (form) => {
    const linear = (await hasSubgroups()) || form !== 'subgroup' ? forced(linearHalf, form) : linearHalf
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
    for (const slope of [...dx, ...dw.slice(4, 8)]) expect(Number.isFinite(slope)).toBe(false)
  })
})
