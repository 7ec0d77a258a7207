import { describe, expect, it } from 'vitest'
import { type AnyKernel, chosenVariant } from '../src/device/kernel.js'
import { layerNorm, layerNormGrad, layerNormWeightGrad } from '../src/kernels/layer_norm.js'
import * as reference from '../src/reference/layer_norm.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'
import { gpuForRows } from './subgroup_lanes.js'

const epsilon = Math.fround(1e-5)

// Rows: one, one short of a workgroup (64), exactly one, one over, a prime several long. Widths: one vec4, around 16 lanes of columns, and
// wider than 32 lanes keep in registers.
const shapes = [
  { rows: 1, width: 4 },
  { rows: 63, width: 60 },
  { rows: 64, width: 64 },
  { rows: 65, width: 68 },
  { rows: 193, width: 12 },
  { rows: 96, width: 512 },
  { rows: 3, width: 2052 },
]

/** Variants of both kernels of rows, and on what they run. */
const variants = [
  { variant: 'portable', shapes },
  { variant: 'rows', shapes },
  { variant: 'subgroup', shapes },
  // As GPUs have them, which this adapter may not be.
  { variant: 'subgroup', lanes: 32, shapes: [shapes[3]!, shapes[6]!] },
  { variant: 'subgroup', lanes: 64, shapes: [shapes[3]!] },
]

describe('layer_norm', () => {
  it('has reference gradients that match finite differences', () => {
    const x = noise(3 * 8, 1)
    const gamma = noise(8, 2, 2)
    const beta = noise(8, 3)
    const dy = noise(3 * 8, 4)
    const loss = (x: Float64Array, gamma: Float64Array, beta: Float64Array) => dot(reference.layerNorm(x, gamma, beta, epsilon).y, dy)
    const { stats } = reference.layerNorm(x, gamma, beta, epsilon)
    const { dGamma, dBeta } = reference.layerNormWeightGrad(x, stats, dy)
    expectGrad(
      'dx',
      reference.layerNormGrad(x, gamma, stats, dy),
      finiteDifference((at) => loss(at, gamma, beta), x),
    )
    expectGrad(
      'dGamma',
      dGamma,
      finiteDifference((at) => loss(x, at, beta), gamma),
    )
    expectGrad(
      'dBeta',
      dBeta,
      finiteDifference((at) => loss(x, gamma, at), beta),
    )
  })

  for (const [variant, { rows, width }] of ['portable', 'workgroup'].flatMap((variant) =>
    shapes.map((shape) => [variant, shape] as const),
  )) {
    it(`gathers the grads at gamma and beta, ${variant}, at [${rows}, ${width}]`, async () => {
      const x = noise(rows * width, 5)
      const dy = noise(rows * width, 8)
      const stats = reference.layerNorm(x, noise(width, 6, 2), noise(width, 7), epsilon).stats.map(Math.fround)
      // One rounding a row at most of a sum of numbers around 1, and the sum stays below `rows`.
      const sums = reference.layerNormWeightGrad(x, stats, dy)
      const started = noise(width, 9)
      const kernel = forced(layerNormWeightGrad, variant)
      const weights = await runKernel(kernel, { x, stats, dy, dGamma: started, dBeta: started }, { rows, width })
      const onto = (sum: Float64Array) => sum.map((v, c) => v + started[c]!)
      expectClose('dGamma', weights.dGamma, onto(sums.dGamma), { ulps: rows + 8, scale: 4 })
      expectClose('dBeta', weights.dBeta, onto(sums.dBeta), { ulps: rows + 8, scale: 4 })
    })
  }
})

for (const variant of variants) {
  const { lanes, shapes } = variant
  const [norm, normGrad] = [forced(layerNorm, variant.variant), forced(layerNormGrad, variant.variant)]
  const skipReason = 'this adapter has no subgroups of one size'

  describe(`layer_norm, ${variant.variant}${lanes ? ` of ${lanes} lanes spelled out` : ''}`, () => {
    for (const { rows, width } of shapes) {
      it(`matches the reference, both ways, at [${rows}, ${width}]`, async ({ skip }) => {
        const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
        const x = noise(rows * width, 5)
        const gamma = noise(width, 6, 2)
        const beta = noise(width, 7)
        const dy = noise(rows * width, 8)
        const want = reference.layerNorm(x, gamma, beta, epsilon)

        // Four partial sums of width/4 roundings each, worst case one ulp of the running sum apiece; inverseSqrt 2 ulps; 6 more operations.
        // Numbers: |n| ≤ √width, but typically 2, times |gamma| ≤ 2.
        const roundings = width / 4 + 10
        const { y, stats } = await runKernel(norm, { x, gamma, beta, y: rows * width, stats: 2 * rows }, { rows, width, epsilon }, gpu)
        expectClose('y', y, want.y, { ulps: roundings, scale: 4 })
        expectClose('stats', stats, want.stats, { ulps: roundings, scale: want.stats.map((v) => Math.max(1, v)) })

        // The gradient starts from the rounded stats a training step would hand it. dx is a row's g minus its two projections, times 1/std.
        const kept = Float64Array.from(stats)
        const { dx } = await runKernel(normGrad, { x, gamma, stats, dy, dx: rows * width }, { rows, width, accumulate: 0 }, gpu)
        const scale = want.y.map((_, i) => 4 * kept[2 * Math.floor(i / width) + 1]!)
        expectClose('dx', dx, reference.layerNormGrad(x, gamma, kept, dy), { ulps: roundings, scale })
      })
    }

    it('adds onto dx when asked', async ({ skip }) => {
      const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
      const [rows, width] = [5, 12]
      const x = noise(rows * width, 10)
      const gamma = noise(width, 11)
      const dy = noise(rows * width, 12)
      const { stats } = reference.layerNorm(x, gamma, gamma, epsilon)
      const there = noise(rows * width, 13)
      const { dx } = await runKernel(normGrad, { x, gamma, stats, dy, dx: there }, { rows, width, accumulate: 1 }, gpu)
      const want = reference.layerNormGrad(x, gamma, stats, dy).map((v, i) => v + there[i]!)
      expectClose('dx', dx, want, { ulps: 32, scale: 4 })
    })

    it('keeps its digits when the mean is a thousand times the spread', async ({ skip }) => {
      const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
      const [rows, width] = [3, 64]
      const x = noise(rows * width, 14).map((v) => Math.fround(1000 + v))
      const ones = new Float64Array(width).fill(1)
      const zeros = new Float64Array(width)
      const buffers = { x, gamma: ones, beta: zeros, y: rows * width, stats: 2 * rows }
      const { y } = await runKernel(norm, buffers, { rows, width, epsilon }, gpu)
      // The mean itself is rounded at size 1000, and 1/std is about 2: with E[x²] - mean² the error would be 1e6 ulps.
      expectClose('y', y, reference.layerNorm(x, ones, zeros, epsilon).y, { ulps: 16, scale: 2 * 1000 })
    })

    it('keeps most digits when a row begins far from where it goes on', async ({ skip }) => {
      const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
      const width = 512
      const x = noise(width, 17).map((v, i) => (i < 16 ? 1000 : v))
      const ones = new Float64Array(width).fill(1)
      const buffers = { x, gamma: ones, beta: new Float64Array(width), y: width, stats: 2 }
      const want = reference.layerNorm(x, ones, buffers.beta, epsilon)
      const { stats, y } = await runKernel(norm, buffers, { rows: 1, width, epsilon }, gpu)
      // width/4 roundings of half an ulp each, of a sum that is 1 + width/16 = 33 times what is left of it; the root halves them.
      const ulps = ((width / 4) * (1 + width / 16)) / 4
      expectClose('1/std', stats.subarray(1), want.stats.subarray(1), { ulps, scale: want.stats[1]! })
      expectClose('y', y, want.y, { ulps: ulps + width / 4, scale: Math.sqrt(width / 16) })
    })

    it('turns a constant row into beta', async ({ skip }) => {
      const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
      const width = 8
      const beta = noise(width, 15)
      const x = new Float64Array(width).fill(0.5)
      const { y } = await runKernel(norm, { x, gamma: noise(width, 16), beta, y: width, stats: 2 }, { rows: 1, width, epsilon }, gpu)
      expect([...y]).toEqual([...beta])
    })
  })
}

describe('the variant of layer_norm', () => {
  const traits = { software: false, features: new Set(['subgroups']), subgroupSize: 32 }
  const shape = { rows: 1200, width: 512, epsilon }

  it('is a subgroup a row on GPUs and in the gradient on 4 lanes of a software driver, a lane a row on those elsewhere', () => {
    const shaderOn = (differing: object, kernel: unknown = layerNorm) =>
      chosenVariant(kernel as AnyKernel, { ...shape, accumulate: 0 }, { ...traits, ...differing }).shader
    expect([shaderOn({}), shaderOn({}, layerNormGrad)]).toEqual(['layer_norm_subgroup', 'layer_norm_grad_subgroup'])
    const small = { software: true, subgroupSize: 4 }
    expect([shaderOn(small), shaderOn(small, layerNormGrad)]).toEqual(['layer_norm_rows', 'layer_norm_grad_subgroup'])
    const wider = { software: true, subgroupSize: 8 }
    expect([shaderOn(wider), shaderOn(wider, layerNormGrad)]).toEqual(['layer_norm_rows', 'layer_norm_grad'])
    for (const without of [{ subgroupSize: undefined }, { subgroupSize: 128 }, { features: new Set() }])
      expect([shaderOn(without), shaderOn(without, layerNormGrad)]).toEqual(['layer_norm', 'layer_norm_grad'])
  })

  it('keeps as much of a row as it is wide, up to 16 vectors a lane, on software drivers 4', () => {
    const formAt = (width: number) => chosenVariant(layerNorm as unknown as AnyKernel, { ...shape, width }, traits)
    expect(formAt(512)).toMatchObject({ constants: { LANES: 32, ROWS: 4, TURNS: 4 }, grid: [300, 1] })
    expect([4, 132, 4096].map((width) => formAt(width).constants.TURNS)).toEqual([1, 2, 16])
    const small = { ...traits, software: true, subgroupSize: 4 }
    expect(chosenVariant(layerNormGrad as unknown as AnyKernel, { ...shape, accumulate: 0 }, small).constants).toEqual({
      LANES: 4,
      ROWS: 4,
      TURNS: 4,
    })
  })
})
