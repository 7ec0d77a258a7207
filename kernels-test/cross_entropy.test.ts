import { describe, expect, it } from 'vitest'
import type { Gpu } from '../src/device/gpu.js'
import { type AnyKernel, chosenVariant } from '../src/device/kernel.js'
import { crossEntropy, crossEntropyGrad } from '../src/kernels/cross_entropy.js'
import { ROW_LANES } from '../src/kernels/reductions.js'
import * as reference from '../src/reference/cross_entropy.js'
import { expectClose, expectGrad, finiteDifference, forced, hasSubgroups, noise, runKernel } from './harness.js'
import { withLanes } from './subgroup_lanes.js'

const PAD = 1

// One lane a row, 64 rows a workgroup; the gradient has a lane for four columns, 256 a workgroup.
const shapes = [
  { rows: 1, classes: 2, stride: 4 },
  { rows: 5, classes: 7, stride: 8 },
  { rows: 63, classes: 12, stride: 12 },
  { rows: 65, classes: 33, stride: 40 },
  { rows: 128, classes: 1089, stride: 1092 },
]

/** Logits with NaN for padding, and goals of which some are padding and one is no class. */
function batchOf({ rows, classes, stride }: (typeof shapes)[number], size: number) {
  const logits = noise(rows * stride, 1, size).map((x, i) => (i % stride < classes ? x : Number.NaN))
  const goal = Uint32Array.from({ length: rows }, (_, r) => (r % 5 === 4 ? PAD : r === 3 ? classes : (r * 7) % classes))
  return { logits, goal, coefficient: noise(rows, 2) }
}

const titleOf = (shape: (typeof shapes)[number], smoothing: number) =>
  `with NaN for padding, at ${Object.values(shape).join('×')}, smoothing ${smoothing}`

async function expectResult(shape: (typeof shapes)[number], smoothing: number, kernel: typeof crossEntropy, on?: Gpu): Promise<void> {
  const params = { ...shape, ignored: PAD, smoothing: Math.fround(smoothing) }
  const { rows, classes } = shape
  const { logits, goal } = batchOf(shape, 4)
  const { result } = await runKernel(kernel, { logits, goal, result: 2 * rows }, params, on)
  const want = reference.crossEntropy(logits, goal, params)
  // Sums of `classes` exponentials of at most 1 in runs of four; logits are below 4, their logSumExp below 4 + log classes.
  expectClose('result', result, want, { ulps: 16 + classes / 8, scale: 4 + Math.log(classes) })
}

describe('cross_entropy', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = { rows: 4, classes: 5, stride: 8, ignored: PAD, smoothing: 0.1 }
    const { goal, coefficient } = batchOf({ rows: 4, classes: 5, stride: 8 }, 2)
    const logits = noise(32, 3, 2)
    const loss = (at: Float64Array) => {
      const result = reference.crossEntropy(at, goal, shape)
      return coefficient.reduce((sum, c, r) => sum + c * result[2 * r]!, 0)
    }
    const grad = reference.crossEntropyGrad(logits, goal, reference.crossEntropy(logits, goal, shape), coefficient, shape)
    expectGrad('dlogits', grad, finiteDifference(loss, logits))
  })

  for (const shape of shapes) {
    for (const smoothing of [0, 0.1]) {
      it(`matches the reference, ${titleOf(shape, smoothing)}`, async () =>
        expectResult(shape, smoothing, forced(crossEntropy, 'portable')))

      it(`matches the reference, a subgroup a row, ${titleOf(shape, smoothing)}`, async ({ skip }) => {
        if (!(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
        await expectResult(shape, smoothing, forced(crossEntropy, 'subgroup'))
      })

      it(`has the reference's gradient, ${titleOf(shape, smoothing)}`, async () => {
        const params = { ...shape, ignored: PAD, smoothing: Math.fround(smoothing) }
        const { rows, classes, stride } = shape
        const { logits, goal, coefficient } = batchOf(shape, 4)
        const result = reference.crossEntropy(logits, goal, params)
        const { dlogits } = await runKernel(crossEntropyGrad, { logits, goal, result, coefficient, dlogits: rows * stride }, params)
        const grad = reference.crossEntropyGrad(logits, goal, result, coefficient, params)
        // The exponent is off by a few roundings of its own size, at most 8 + log classes.
        expectClose('dlogits', dlogits, grad, { ulps: 16 + 2 * Math.log(classes), scale: 1 })
        const padding = [...dlogits].filter((v, i) => i % stride >= classes && !Object.is(v, 0))
        expect(padding).toEqual([])
      })
    }
  }

  // As GPUs have them, which this adapter may not be: fewer vectors than lanes, and more.
  for (const lanes of [32, 64]) {
    it(`matches the reference, subgroups of ${lanes} spelled out`, async () => {
      for (const shape of shapes.slice(1, 4)) await expectResult(shape, 0.1, forced(crossEntropy, 'subgroup'), await withLanes(lanes))
    })
  }

  it('takes a subgroup a row on GPUs only', () => {
    const traits = { software: false, features: new Set(['subgroups']), subgroupSize: 32 }
    const formOn = (differing: object) =>
      chosenVariant(crossEntropy as unknown as AnyKernel, { ...shapes[4]!, ignored: PAD, smoothing: 0 }, { ...traits, ...differing })
    const text = { file: 'cross_entropy', takes: ['subgroup'] }
    expect(formOn({})).toEqual({ shader: 'cross_entropy_subgroup', text, constants: { LANES: 32, ROWS: 4 }, grid: [32, 1] })
    for (const other of [{ software: true }, { subgroupSize: undefined }, { features: new Set() }])
      expect(formOn(other).shader).toBe('cross_entropy')
  })

  for (const variant of ['portable', 'subgroup']) {
    it(`is log classes for equal logits, and safe for large ones, ${variant}`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
      const params = { rows: 2, classes: 8, stride: 8, ignored: PAD, smoothing: 0 }
      const logits = Float64Array.from({ length: 16 }, (_, i) => (i < 8 ? 5 : i === 8 ? 3e4 : -3e4))
      const { result } = await runKernel(forced(crossEntropy, variant), { logits, goal: Uint32Array.of(0, 0), result: 4 }, params)
      expect(result[0]).toBeCloseTo(Math.log(8), 5)
      expect([result[2], result[3]]).toEqual([0, 3e4])
    })
  }
})
