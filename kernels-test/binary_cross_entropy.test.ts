import { describe, expect, it } from 'vitest'
import { binaryCrossEntropy, binaryCrossEntropyGrad } from '../src/kernels/binary_cross_entropy.js'
import * as reference from '../src/reference/binary_cross_entropy.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'
import { gpuForRows, type RowVariant } from './subgroup_lanes.js'

// A lane a row, 64 a workgroup; the gradient has a lane for four columns, 256 a workgroup.
const shapes = [
  { rows: 1, classes: 1, stride: 4 },
  { rows: 5, classes: 7, stride: 12 },
  { rows: 65, classes: 36, stride: 36 },
  { rows: 8, classes: 2306, stride: 2308 },
]

const variants: readonly RowVariant[] = [{ variant: 'portable' }, { variant: 'subgroup' }, { variant: 'subgroup', lanes: 32 }]

/** Predictions from 1e-9 to 1, many of them tiny and some close to 1; goals of 0, 1 and between; NaN for padding. */
function batchOf({ rows, classes, stride }: (typeof shapes)[number]) {
  const padded = (value: (i: number) => number) =>
    Float64Array.from({ length: rows * stride }, (_, i) => (i % stride < classes ? Math.fround(value(i)) : Number.NaN))
  const [exponent, draw] = [noise(rows * stride, 1), noise(rows * stride, 2)]
  return {
    p: padded((i) => (i % 3 === 0 ? 1 - 10 ** (3.5 * (exponent[i]! - 1)) : 10 ** (4.5 * (exponent[i]! - 1)))),
    goal: padded((i) => (i % 5 === 0 ? 1 : i % 7 === 0 ? Math.abs(draw[i]!) : 0)),
    coefficient: noise(rows, 3),
  }
}

describe('binary_cross_entropy', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = { rows: 2, classes: 5, stride: 8 }
    const p = noise(16, 4).map((v) => 0.5 + 0.45 * v)
    const { goal, coefficient } = batchOf(shape)
    expectGrad(
      'dp',
      reference.binaryCrossEntropyGrad(p, goal, coefficient, shape),
      finiteDifference((at) => dot(reference.binaryCrossEntropy(at, goal, shape), coefficient), p, 1e-6).map((v, i) => (i % 8 < 5 ? v : 0)),
    )
  })

  for (const variant of variants) {
    for (const shape of shapes) {
      const lanes = variant.lanes ? ` of ${variant.lanes} lanes spelled out` : ''
      it(`matches the reference, ${variant.variant}${lanes}, with NaN for padding, at ${Object.values(shape).join('×')}`, async ({
        skip,
      }) => {
        const gpu = (await gpuForRows(variant)) ?? skip('this adapter has no subgroups of one size')
        const { p, goal } = batchOf(shape)
        const { loss } = await runKernel(forced(binaryCrossEntropy, variant.variant), { p, goal, loss: shape.rows }, shape, gpu)
        const want = reference.binaryCrossEntropy(p, goal, shape)
        // Surprises are positive, each within 16 roundings of its own size, and so many additions of four at once.
        expectClose('loss', loss, want, { ulps: 16 + shape.classes / 4, scale: want })
      })
    }
  }

  for (const shape of shapes) {
    it(`has the reference's gradient, exactly 0 at padding, at ${Object.values(shape).join('×')}`, async () => {
      const { rows, classes, stride } = shape
      const { p, goal, coefficient } = batchOf(shape)
      const { dp } = await runKernel(binaryCrossEntropyGrad, { p, goal, coefficient, dp: rows * stride }, shape)
      const want = reference.binaryCrossEntropyGrad(p, goal, coefficient, shape)
      // A difference, a product, a division and another product; 1 - p is rounded once, at the size of 1.
      const scale = want.map((v, i) => Math.abs(v) * (1 + 1 / Math.max(1e-7, 1 - p[i]!)) || 1)
      expectClose('dp', dp, want, { ulps: 8, scale })
      expect([...dp].filter((v, i) => i % stride >= classes && !Object.is(v, 0))).toEqual([])
    })
  }

  it('is exact where a prediction is certain, right or wrong, and where it is as good as 0', async () => {
    const shape = { rows: 1, classes: 6, stride: 8 }
    const tiny = Math.fround(1e-9)
    const p = Float64Array.of(1, 1, 0, 0, tiny, tiny, Number.NaN, Number.NaN)
    const goal = Float64Array.of(1, 0, 1, 0, 1, 0, Number.NaN, Number.NaN)
    const least = -Math.log(1e-8)
    const { loss } = await runKernel(binaryCrossEntropy, { p, goal, loss: 1 }, shape)
    expectClose('loss', loss, Float64Array.of(100 + 2 * least), { ulps: 8, scale: 137 })
    expectClose('reference', loss, reference.binaryCrossEntropy(p, goal, shape), { ulps: 8, scale: 137 })
    const { dp } = await runKernel(binaryCrossEntropyGrad, { p, goal, coefficient: Float64Array.of(0.5), dp: 8 }, shape)
    expect([...dp]).toEqual([0, Math.fround(Math.fround(0.5) / Math.fround(1e-12)), 0, 0, 0, 0, 0, 0])
  })
})
