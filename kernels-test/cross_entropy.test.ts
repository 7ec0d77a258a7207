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

/** None; PyTorch's; JoeyNMT's, which has nothing to spread over two classes. */
const smoothings = [
  { smoothing: 0, kind: 0 },
  { smoothing: Math.fround(0.1), kind: 0 },
  { smoothing: 0, kind: 1 },
  { smoothing: Math.fround(0.1), kind: 1 },
]
type Smoothing = (typeof smoothings)[number]

const titleOf = (shape: (typeof shapes)[number], { smoothing, kind }: Smoothing) =>
  `with NaN for padding, at ${Object.values(shape).join('×')}, smoothing ${smoothing.toFixed(1)} of kind ${kind}`

async function expectResult(shape: (typeof shapes)[number], smoothing: Smoothing, kernel: typeof crossEntropy, on?: Gpu): Promise<void> {
  const params = { ...shape, ignored: PAD, ...smoothing }
  const { rows, classes } = shape
  const { logits, goal } = batchOf(shape, 4)
  const { result } = await runKernel(kernel, { logits, goal, result: 2 * rows }, params, on)
  const want = reference.crossEntropy(logits, goal, params)
  // Sums of `classes` exponentials of at most 1 in runs of four; logits are below 4, their logSumExp below 4 + log classes.
  expectClose('result', result, want, { ulps: 16 + classes / 8, scale: 4 + Math.log(classes) })
}

describe('cross_entropy', () => {
  it.each([0, 1])('has a reference gradient that matches finite differences, kind %i', (kind) => {
    const shape = { rows: 4, classes: 5, stride: 8, ignored: PAD, smoothing: 0.1, kind }
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
    for (const smoothing of smoothings.filter(({ kind }) => kind === 0 || shape.classes > 2)) {
      it(`matches the reference, ${titleOf(shape, smoothing)}`, async () =>
        expectResult(shape, smoothing, forced(crossEntropy, 'portable')))

      it(`matches the reference, a subgroup a row, ${titleOf(shape, smoothing)}`, async ({ skip }) => {
        if (!(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
        await expectResult(shape, smoothing, forced(crossEntropy, 'subgroup'))
      })

      it(`has the reference's gradient, ${titleOf(shape, smoothing)}`, async () => {
        const params = { ...shape, ignored: PAD, ...smoothing }
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
      for (const shape of shapes.slice(1, 4))
        for (const kind of [0, 1])
          await expectResult(shape, { smoothing: Math.fround(0.1), kind }, forced(crossEntropy, 'subgroup'), await withLanes(lanes))
    })
  }

  // translation.md §10. JoeyNMT's is given as 0.2082850754, its constants in float32; in float64 it is its cross-entropy part, 0.6432292786,
  // less the entropy of what is wanted.
  const goldens = [
    { kind: 0, loss: 0.6352292786 },
    { kind: 1, loss: 0.6432292786 + 0.9 * Math.log(0.9) + 0.1 * Math.log(0.1 / 3) },
  ]
  it.each(goldens)('has the published value, kind $kind', async ({ kind, loss }) => {
    const params = { rows: 1, classes: 5, stride: 8, ignored: PAD, smoothing: 0.1, kind }
    const logits = Float64Array.of(0.5, -1, 2, 0.1, 0.3, Number.NaN, Number.NaN, Number.NaN)
    const goal = Uint32Array.of(2)
    expect(reference.crossEntropy(logits, goal, params)[0]).toBeCloseTo(loss, 9)
    if (kind === 1) expect(Math.abs(loss - 0.2082850754)).toBeLessThan(1e-9)
    for (const variant of ['portable', ...((await hasSubgroups(ROW_LANES)) ? ['subgroup'] : [])]) {
      const { result } = await runKernel(forced(crossEntropy, variant), { logits, goal, result: 2 }, params)
      // Of terms up to 2.3; the released float32 code is off by 5.4e-8 itself.
      expectClose('loss', result.subarray(0, 1), Float64Array.of(loss), { ulps: 4, scale: 2.3 })
    }
  })

  it('wants nothing of the padding class in JoeyNMT’s form, however unlikely it is', async () => {
    const params = { rows: 2, classes: 5, stride: 8, ignored: PAD, smoothing: Math.fround(0.1), kind: 1 }
    // Softmax as wanted: 0.9 on the goal, a third of 0.1 on the others.
    const row = [Math.log(0.1 / 3), Number.NEGATIVE_INFINITY, Math.log(0.9), Math.log(0.1 / 3), Math.log(0.1 / 3), 0, 0, 0]
    const logits = Float64Array.from([...row, ...row].map(Math.fround))
    const goal = Uint32Array.of(2, PAD)
    const { result } = await runKernel(crossEntropy, { logits, goal, result: 4 }, params)
    // Two sums of terms up to 3.4 that cancel.
    expectClose('result', result, Float64Array.of(0, 0, 0, 0), { ulps: 8, scale: 3.4 })
    const { dlogits } = await runKernel(
      crossEntropyGrad,
      { logits, goal, result: Float64Array.from(result), coefficient: Float64Array.of(1, 1), dlogits: 16 },
      params,
    )
    expectClose('dlogits', dlogits, new Float64Array(16), { ulps: 8, scale: 1 })
    expect(dlogits[PAD]).toBe(0)
  })

  it('takes a subgroup a row on GPUs only', () => {
    const traits = { software: false, features: new Set(['subgroups']), subgroupSize: 32 }
    const formOn = (differing: object) =>
      chosenVariant(
        crossEntropy as unknown as AnyKernel,
        { ...shapes[4]!, ignored: PAD, smoothing: 0, kind: 0 },
        { ...traits, ...differing },
      )
    const text = { file: 'cross_entropy', takes: ['subgroup'] }
    expect(formOn({})).toEqual({ shader: 'cross_entropy_subgroup', text, constants: { LANES: 32, ROWS: 4 }, grid: [32, 1] })
    for (const other of [{ software: true }, { subgroupSize: undefined }, { features: new Set() }])
      expect(formOn(other).shader).toBe('cross_entropy')
  })

  for (const variant of ['portable', 'subgroup']) {
    it(`is log classes for equal logits, and safe for large ones, ${variant}`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups(ROW_LANES))) skip('this adapter has no subgroups of one size')
      const params = { rows: 2, classes: 8, stride: 8, ignored: PAD, smoothing: 0, kind: 0 }
      const logits = Float64Array.from({ length: 16 }, (_, i) => (i < 8 ? 5 : i === 8 ? 3e4 : -3e4))
      const { result } = await runKernel(forced(crossEntropy, variant), { logits, goal: Uint32Array.of(0, 0), result: 4 }, params)
      expect(result[0]).toBeCloseTo(Math.log(8), 5)
      expect([result[2], result[3]]).toEqual([0, 3e4])
    })
  }
})
