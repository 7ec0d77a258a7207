import { describe, expect, it } from 'vitest'
import { crossEntropy, crossEntropyGrad } from '../src/kernels/cross_entropy.js'
import * as reference from '../src/reference/cross_entropy.js'
import { expectClose, expectSlope, finiteDifference, noise, runKernel } from './harness.js'

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

describe('cross_entropy', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = { rows: 4, classes: 5, stride: 8, ignored: PAD, smoothing: 0.1 }
    const { goal, coefficient } = batchOf({ rows: 4, classes: 5, stride: 8 }, 2)
    const logits = noise(32, 3, 2)
    const loss = (at: Float64Array) => {
      const result = reference.crossEntropy(at, goal, shape)
      return coefficient.reduce((sum, c, r) => sum + c * result[2 * r]!, 0)
    }
    const slope = reference.crossEntropyGrad(logits, goal, reference.crossEntropy(logits, goal, shape), coefficient, shape)
    expectSlope('dlogits', slope, finiteDifference(loss, logits))
  })

  for (const shape of shapes) {
    for (const smoothing of [0, 0.1]) {
      it(`matches the reference, both ways, with NaN for padding, at ${Object.values(shape).join('×')}, smoothing ${smoothing}`, async () => {
        const params = { ...shape, ignored: PAD, smoothing: Math.fround(smoothing) }
        const { rows, classes, stride } = shape
        const { logits, goal, coefficient } = batchOf(shape, 4)
        const { result } = await runKernel(crossEntropy, { logits, goal, result: 2 * rows }, params)
        const want = reference.crossEntropy(logits, goal, params)
        // Sums of `classes` exponentials of at most 1 in runs of four; logits are below 4, their logSumExp below 4 + log classes.
        expectClose('result', result, want, { ulps: 16 + classes / 8, scale: 4 + Math.log(classes) })

        const { dlogits } = await runKernel(crossEntropyGrad, { logits, goal, result: want, coefficient, dlogits: rows * stride }, params)
        const slope = reference.crossEntropyGrad(logits, goal, want, coefficient, params)
        // The exponent is off by a few roundings of its own size, at most 8 + log classes.
        expectClose('dlogits', dlogits, slope, { ulps: 16 + 2 * Math.log(classes), scale: 1 })
        const padding = [...dlogits].filter((v, i) => i % stride >= classes && !Object.is(v, 0))
        expect(padding).toEqual([])
      })
    }
  }

  it('is log classes for equal logits, and safe for large ones', async () => {
    const params = { rows: 2, classes: 8, stride: 8, ignored: PAD, smoothing: 0 }
    const logits = Float64Array.from({ length: 16 }, (_, i) => (i < 8 ? 5 : i === 8 ? 3e4 : -3e4))
    const { result } = await runKernel(crossEntropy, { logits, goal: Uint32Array.of(0, 0), result: 4 }, params)
    expect(result[0]).toBeCloseTo(Math.log(8), 5)
    expect([result[2], result[3]]).toEqual([0, 3e4])
  })
})
