import { describe, expect, it } from 'vitest'
import { poseLoss, poseLossGrad, poseLossKind, poseLossReport } from '../src/kernels/pose_loss.js'
import * as reference from '../src/reference/pose_loss.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

const kinds = Object.entries(poseLossKind)

// pose_loss has a lane a row and 64 a workgroup, its gradient a lane for four numbers and 256 a workgroup.
const shapes = [
  { batch: 1, length: 1, stride: 4, numbers: 4, coords: 3 },
  { batch: 7, length: 9, stride: 8, numbers: 7, coords: 6 }, // 63 rows
  { batch: 4, length: 16, stride: 16, numbers: 16, coords: 15 }, // 64 rows and 256 gradient lanes
  { batch: 5, length: 13, stride: 12, numbers: 9, coords: 8 }, // 65 rows, and a whole vec4 of padding
  { batch: 1, length: 257, stride: 4, numbers: 1, coords: 0 }, // 257 gradient lanes
  { batch: 1, length: 1009, stride: 4, numbers: 3, coords: 2 },
  { batch: 8, length: 38, stride: 152, numbers: 151, coords: 150 }, // the model's frame
]

type Shape = (typeof shapes)[number]

/** Predicted and signed frames, with `padding` in every row and column that does not count. */
function batchOf(shape: Shape, seed: number, padding: number) {
  const { batch, length, stride, numbers } = shape
  const frames = Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : Math.floor((length * b) / batch)))
  const isPadding = (i: number) => i % stride >= numbers || Math.floor(i / stride) % length >= frames[Math.floor(i / stride / length)]!
  const pad = (v: number, i: number) => (isPadding(i) ? padding : v)
  const n = batch * length * stride
  return {
    frames,
    isPadding,
    pred: noise(n, seed).map(pad),
    goal: noise(n, seed + 1).map(pad),
    weight: noise(batch, seed + 2),
    coefficient: noise(batch, seed + 3),
  }
}

describe('pose_loss', () => {
  for (const [name, kind] of kinds) {
    it(`has a reference gradient of the ${name} error that matches finite differences`, () => {
      const shape = { batch: 3, length: 4, stride: 8, numbers: 6, coords: 5, kind }
      const { pred, goal, frames, weight, coefficient } = batchOf(shape, 1, 0)
      const loss = (at: Float64Array) => {
        const report = reference.poseLossReport(reference.poseLoss(at, goal, frames, shape), frames, weight, coefficient, 0, shape)
        return report.filter((_, i) => i % 4 === 0).reduce((sum, share) => sum + share, 0)
      }
      expectGrad('dpred', reference.poseLossGrad(pred, goal, frames, weight, coefficient, shape), finiteDifference(loss, pred))
    })

    for (const shape of shapes) {
      it(`matches the reference of the ${name} error, both ways, with NaN for padding, at ${Object.values(shape).join('×')}`, async () => {
        const params = { ...shape, kind }
        const { batch, length, stride, numbers } = shape
        const { pred, goal, frames, weight, coefficient, isPadding } = batchOf(shape, 5, Number.NaN)
        const { rowSums } = await runKernel(poseLoss, { pred, goal, frames, rowSums: batch * length * 2 }, params)
        const wanted = reference.poseLoss(pred, goal, frames, params)
        // Two roundings a cell, numbers/4 additions in a running sum and three across; none outgrows the sum itself.
        expectClose('rowSums', rowSums, wanted, { ulps: 6 + numbers / 4, scale: wanted })

        const { dpred } = await runKernel(poseLossGrad, { pred, goal, frames, weight, coefficient, dpred: pred.length }, params)
        // The difference of numbers below 1, a product of two factors below 1, and the product with it.
        expectClose('dpred', dpred, reference.poseLossGrad(pred, goal, frames, weight, coefficient, params), { ulps: 8, scale: 1 })
        const touched = [...dpred].filter((v, i) => isPadding(i) && !Object.is(v, 0))
        expect(touched, 'gradients in padding').toEqual([])
        expect(dpred.length).toBe(batch * length * stride)
      })
    }
  }

  it('gives equal numbers no gradient, whichever error', async () => {
    const pred = noise(8, 9)
    const shape = { batch: 1, length: 2, stride: 4, numbers: 4 }
    for (const [, kind] of kinds) {
      const one = Float64Array.of(1)
      const buffers = { pred, goal: pred, frames: Uint32Array.of(2), weight: one, coefficient: one, dpred: 8 }
      const { dpred } = await runKernel(poseLossGrad, buffers, { ...shape, kind })
      expect([...dpred]).toEqual(new Array(8).fill(0))
    }
  })

  it('lets a skipped sample that overflowed spoil neither the gradient nor the loss, but says so in its error', async () => {
    const pred = Float64Array.of(1e30, 1e30, 1e30, 1e30, 0.5, 0.5, 0.5, 0.5)
    const goal = new Float64Array(8)
    const frames = Uint32Array.of(1, 1)
    const weight = Float64Array.of(0, 1)
    const coefficient = Float64Array.of(1, 1)
    const shape = { batch: 2, length: 1, stride: 4, numbers: 4, coords: 3, kind: poseLossKind.squared }
    const { rowSums } = await runKernel(poseLoss, { pred, goal, frames, rowSums: 4 }, shape)
    const { report } = await runKernel(
      poseLossReport,
      { rowSums, frames, weight, coefficient, reference: Float64Array.of(1), report: 8 },
      shape,
    )
    expect([...report.subarray(0, 4)]).toEqual([0, Number.POSITIVE_INFINITY, 0, 0])
    expect(report[4]).toBe(1)
    pred.fill(Number.POSITIVE_INFINITY, 0, 4)
    const { dpred } = await runKernel(poseLossGrad, { pred, goal, frames, weight, coefficient, dpred: 8 }, shape)
    expect([...dpred]).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })
})

describe('pose_loss_report', () => {
  for (const [batch, length] of [
    [1, 4],
    [63, 3],
    [64, 3],
    [65, 3],
    [211, 2],
    [8, 152],
  ] as const) {
    it(`matches the reference at ${batch} samples of ${length} frames`, async () => {
      const frames = Uint32Array.from({ length: batch }, (_, b) => (b * 5 + 1) % (length + 1))
      // Rows past the sample's own are not pose_loss's zeros here but NaN: they must not even be read.
      const rowSums = noise(batch * length * 2, 11).map((v, i) =>
        (i >> 1) % length < frames[Math.floor(i / 2 / length)]! ? Math.abs(v) : Number.NaN,
      )
      const weight = noise(batch, 12).map(Math.abs)
      const coefficient = noise(batch, 13)
      const shape = { batch, length, coords: 150 }
      const median = Math.fround(0.004)
      const { report } = await runKernel(
        poseLossReport,
        { rowSums, frames, weight, coefficient, reference: Float64Array.of(median), report: batch * 4 },
        shape,
      )
      const wanted = reference.poseLossReport(rowSums, frames, weight, coefficient, median, shape)
      // length additions, and for the reward the error's own roundings times ln 2·error/median (< 2) and exp2's 3 + 2|x| ulps.
      const scale = Float64Array.from(wanted, (v) => Math.abs(v))
      expectClose('report', report, wanted, { ulps: 2 * length + 24, scale })
    })
  }

  it('rewards as the design’s example: errors 1 2 3 4 8 around their median 3', async () => {
    const errors = [1, 2, 3, 4, 8]
    const coords = 2
    const frames = Uint32Array.of(1, 2, 1, 2, 1)
    const rowSums = Float64Array.from(
      errors.flatMap((e, b) => (frames[b] === 1 ? [0, e * coords, 0, 0] : [0, 1.5 * e * coords, 0, 0.5 * e * coords])),
    )
    const ones = new Float64Array(5).fill(1)
    const run = (median: number) =>
      runKernel(
        poseLossReport,
        { rowSums, frames, weight: ones, coefficient: ones, reference: Float64Array.of(median), report: 20 },
        { batch: 5, length: 2, coords },
      )
    const { report } = await run(3)
    expect(errors.map((_, b) => report[4 * b + 1])).toEqual(errors)
    expect(errors.map((_, b) => report[4 * b + 2]!.toFixed(4))).toEqual(['0.7937', '0.6300', '0.5000', '0.3969', '0.1575'])
    const { report: unseen } = await run(0)
    expect(
      errors.map((_, b) => unseen[4 * b + 2]),
      'no median yet',
    ).toEqual([1, 1, 1, 1, 1])
  })

  it('takes a sample without frames for one without error', async () => {
    const one = Float64Array.of(1)
    const buffers = { rowSums: noise(2, 14), frames: Uint32Array.of(0), weight: one, coefficient: one, reference: one, report: 4 }
    const { report } = await runKernel(poseLossReport, buffers, { batch: 1, length: 1, coords: 150 })
    expect([...report]).toEqual([0, 0, 1, 1])
  })

  it('adds up to the loss that pose_loss_grad descends', async () => {
    const shape = { batch: 3, length: 6, stride: 8, numbers: 7, coords: 6, kind: poseLossKind.squared }
    const { pred, goal, frames, weight, coefficient } = batchOf(shape, 15, 0)
    const { dpred } = await runKernel(poseLossGrad, { pred, goal, frames, weight, coefficient, dpred: pred.length }, shape)
    const lossAt = async (at: Float64Array) => {
      const { rowSums } = await runKernel(poseLoss, { pred: at, goal, frames, rowSums: 36 }, shape)
      const { report } = await runKernel(
        poseLossReport,
        { rowSums, frames, weight, coefficient, reference: Float64Array.of(0), report: 12 },
        shape,
      )
      return report[0]! + report[4]! + report[8]!
    }
    const step = noise(pred.length, 19, 0.05)
    const [up, down] = [await lossAt(pred.map((v, i) => v + step[i]!)), await lossAt(pred.map((v, i) => v - step[i]!))]
    // The loss is a parabola, so that the central difference is exact but for float32's roundings.
    expect((up - down) / 2).toBeCloseTo(dot(Float64Array.from(dpred), step), 5)
  })
})
