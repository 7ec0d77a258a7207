import { describe, expect, it } from 'vitest'
import { pointLoss, pointLossGrad } from '../src/kernels/point_loss.js'
import * as reference from '../src/reference/point_loss.js'
import { poseLoss } from '../src/reference/pose_loss.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// The loss has a lane a row and 64 a workgroup, its gradient a lane for four numbers and 256 a workgroup.
const shapes = [
  { batch: 1, length: 1, stride: 4 },
  { batch: 7, length: 9, stride: 8 }, // 63 rows
  { batch: 4, length: 16, stride: 16 }, // 64 rows and 256 gradient lanes
  { batch: 5, length: 13, stride: 12 }, // 65 rows
  { batch: 1, length: 1009, stride: 4 },
  { batch: 3, length: 38, stride: 384 }, // frames of SignDW
]

type Shape = (typeof shapes)[number]

/** Frames of which a third of the numbers has no weight, with `padding` wherever nothing counts. */
function batchOf({ batch, length, stride }: Shape, seed: number, padding: number) {
  const n = batch * length * stride
  const frames = Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : Math.floor((length * b) / batch)))
  const kinds = Uint32Array.from({ length: stride }, (_, c) => [0, 0, 1, 2][c % 4]!)
  const drawn = noise(n, seed)
  const isReal = (i: number) =>
    Math.floor(i / stride) % length < frames[Math.floor(i / stride / length)]! && !(stride > 4 && i % stride === stride - 1)
  const weight = drawn.map((v, i) => (isReal(i) ? (v < -0.4 ? 0 : Math.fround(0.1 + Math.abs(v))) : 0))
  const placed = (v: number, i: number) => (weight[i]! > 0 ? v : padding)
  return {
    kinds,
    weight,
    pred: noise(n, seed + 1, 3).map(placed),
    goal: noise(n, seed + 2).map((v, i) => placed(kinds[i % stride] === 1 ? Number(v > 0) : v, i)),
    shares: noise(2 * batch, seed + 3).map((v) => Math.fround(0.2 + Math.abs(v))),
    sample: noise(batch, seed + 4),
    coefficient: noise(batch, seed + 5),
  }
}

describe('point_loss', () => {
  for (const absolute of [0, 1]) {
    it(`has a reference gradient that matches finite differences, absolute ${absolute}`, () => {
      const shape = { batch: 3, length: 5, stride: 8, absolute }
      const { sample, coefficient, pred, ...given } = batchOf(shape, 1, 0)
      const loss = (at: Float64Array) => {
        const { rowSums } = reference.pointLoss({ ...given, pred: at }, shape)
        return rowSums.reduce((sum, v, i) => (i % 2 ? sum : sum + v * sample[Math.floor(i / 10)]! * coefficient[Math.floor(i / 10)]!), 0)
      }
      expectGrad('dpred', reference.pointLossGrad({ ...given, pred }, { sample, coefficient }, shape), finiteDifference(loss, pred))
    })

    it(`is the loss of poses where all weighs 1 and nothing else counts, absolute ${absolute}`, () => {
      const shape = { batch: 3, length: 5, stride: 8, absolute }
      const { pred, goal } = batchOf(shape, 1, 0)
      const frames = Uint32Array.of(5, 4, 2)
      const kinds = Uint32Array.of(0, 0, 0, 0, 0, 0, 2, 2)
      const weight = pred.map((_, i) => Number(i % 8 < 7 && Math.floor(i / 8) % 5 < frames[Math.floor(i / 40)]!))
      const given = { pred, goal, kinds, weight, shares: new Float64Array(6) }
      const { rowSums } = reference.pointLoss(given, shape)
      expect(rowSums).toEqual(poseLoss(pred, goal, frames, { ...shape, numbers: 7, coords: 6, kind: absolute }))
    })

    for (const shape of shapes)
      it(`matches the reference, both ways, with NaN where nothing counts, absolute ${absolute}, at ${Object.values(shape).join('×')}`, async () => {
        const params = { ...shape, absolute }
        const { batch, length, stride } = shape
        const { sample, coefficient, ...given } = batchOf(shape, 7, Number.NaN)
        const { rowSums, terms } = await runKernel(pointLoss, { ...given, rowSums: batch * length * 2, terms: batch * length * 2 }, params)
        const want = reference.pointLoss(given, params)
        // Everything added is positive: a few roundings each, 16 of a logit's exp and log, and so many additions of four at once.
        expectClose('rowSums', rowSums, want.rowSums, { ulps: 24 + stride / 2, scale: want.rowSums.map((v) => v + 1e-3) })
        expectClose('terms', terms, want.terms, { ulps: 24 + stride / 2, scale: want.terms.map((v) => v + 1e-3) })

        const { dpred } = await runKernel(
          pointLossGrad,
          { ...given, sample, coefficient, dpred: given.pred.length },
          { ...params, accumulate: 0 },
        )
        const grad = reference.pointLossGrad(given, { sample, coefficient }, params)
        const largest = grad.reduce((most, v) => Math.max(most, Math.abs(v)), 0)
        expectClose('dpred', dpred, grad, { ulps: 16, scale: grad.map(() => largest) })
        expect([...dpred].filter((v, i) => !(given.weight[i]! > 0) && v !== 0)).toEqual([])

        const before = noise(given.pred.length, 9)
        const more = await runKernel(pointLossGrad, { ...given, sample, coefficient, dpred: before }, { ...params, accumulate: 1 })
        expectClose(
          'dpred',
          more.dpred,
          before.map((v, i) => v + grad[i]!),
          { ulps: 17, scale: grad.map(() => largest + 1) },
        )
      })
  }
})
