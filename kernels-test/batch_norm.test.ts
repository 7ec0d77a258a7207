import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import {
  batchNorm,
  batchNormGrad,
  batchNormMoments,
  batchNormStatistics,
  batchNormSums,
  batchNormWeightGrad,
  slicesOf,
} from '../src/kernels/batch_norm.js'
import * as reference from '../src/reference/batch_norm.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

const epsilon = Math.fround(1e-5)
const momentum = Math.fround(0.1)

// Lanes of a slice (slices · width / 4, workgroups of 64): one; one short, exactly one, one over; three workgroups. Lanes of a batch (width / 4,
// workgroups of 16): 1, 9, 16, 17, 13. The last slice of a sample is full, short, or the only one.
const shapes = [
  { batch: 1, length: 2, width: 4, slice: 64 },
  { batch: 7, length: 5, width: 36, slice: 8 },
  { batch: 2, length: 8, width: 64, slice: 4 },
  { batch: 4, length: 9, width: 68, slice: 16 },
  { batch: 5, length: 130, width: 52, slice: 64 },
]

/** One to `length` frames a sample, the first as long as can be; with several samples one has none. */
function someLengths(batch: number, length: number): Uint32Array {
  const random = new Random(batch * 31 + length)
  return Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : b === 2 ? 0 : 1 + random.below(length)))
}

const padding = ({ lengths, length, width }: reference.BatchShape, at: number): boolean => {
  const row = Math.floor(at / width)
  return row % length >= lengths[Math.floor(row / length)]!
}

/** Noise, and NaN at padding. */
const ragged = (shape: reference.BatchShape, seed: number): Float64Array =>
  noise(shape.lengths.length * shape.length * shape.width, seed).map((v, at) => (padding(shape, at) ? Number.NaN : v))

const rounded = (values: Float64Array) => values.map(Math.fround)

describe('batch_norm', () => {
  it('has reference gradients that match finite differences', () => {
    const shape = { lengths: Uint32Array.of(3, 1, 0), length: 3, width: 4 }
    const [x, dy] = [noise(36, 1), noise(36, 2)]
    const [gamma, beta] = [noise(4, 3, 2), noise(4, 4)]
    const statisticsAt = (x: Float64Array) => reference.batchNormStatistics(x, shape, new Float64Array(8), momentum).statistics
    const loss = (x: Float64Array, gamma: Float64Array, beta: Float64Array) =>
      dot(reference.batchNorm(x, shape, statisticsAt(x), gamma, beta, epsilon), dy)
    const { dGamma, dBeta, means } = reference.batchNormWeightGrad(x, shape, statisticsAt(x), dy, epsilon)
    const dx = reference.batchNormGrad(x, shape, statisticsAt(x), gamma, dy, means, epsilon)
    expectGrad(
      'dx',
      dx,
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

  for (const { batch, length, width, slice } of shapes) {
    const params = { batch, length, width }
    const sliced = { ...params, slice }
    const lengths = someLengths(batch, length)
    const shape = { lengths, length, width }
    const frames = lengths.reduce((sum, n) => sum + n)
    const sums = 2 * slicesOf(sliced) * width
    const x = ragged(shape, 5)
    const running = noise(2 * width, 6).map(Math.abs)
    const want = reference.batchNormStatistics(x, shape, running, momentum)
    const statistics = rounded(want.statistics)

    it(`gathers the statistics and moves the running ones at [${batch}, ${length}, ${width}] in slices of ${slice}`, async () => {
      const { moments } = await runKernel(batchNormMoments, { x, lengths, moments: sums }, sliced)
      const wantMoments = reference.batchNormMoments(x, shape, slice)
      // Three roundings a frame, WGSL's division among them as 5, of numbers around 1; the squares add up to `slice`.
      const perFrame = 8
      expectClose('moments', moments, wantMoments, { ulps: perFrame * Math.min(slice, length), scale: 2 })
      const { statistics: got, running: moved } = await runKernel(
        batchNormStatistics,
        { moments: rounded(wantMoments), lengths, statistics: 2 * width, running },
        { ...sliced, momentum },
      )
      // A dozen roundings a slice, of means below 1 and variances below 1.
      const ulps = 12 * slicesOf(sliced) + 12
      expectClose('statistics', got, want.statistics, { ulps, scale: 1 })
      expectClose('running', moved, want.running, { ulps, scale: 1 })
    })

    it(`normalises, both ways, at [${batch}, ${length}, ${width}] in slices of ${slice}`, async () => {
      const n = batch * length * width
      const [gamma, beta] = [noise(width, 7, 2), noise(width, 8)]
      const dy = ragged(shape, 9)
      const { y } = await runKernel(batchNorm, { x, lengths, statistics, gamma, beta, y: n }, { ...params, epsilon })
      const wantY = reference.batchNorm(x, shape, statistics, gamma, beta, epsilon)
      // What x is normalised to, at most, where a column has few frames or is nearly constant.
      const size = Math.max(...statistics.subarray(width).map((variance) => 2 / Math.sqrt(variance + epsilon)))
      // A difference, inverseSqrt's 4 roundings, two products and a sum.
      expectClose('y', y, wantY, { ulps: 10, scale: 2 * size })
      expect(y.every((v, at) => !padding(shape, at) || v === 0)).toBe(true)

      const got = await runKernel(batchNormSums, { x, lengths, statistics, dy, sums }, { ...sliced, epsilon })
      const wantSums = reference.batchNormSums(x, shape, slice, statistics, dy, epsilon)
      expectClose('sums', got.sums, wantSums, { ulps: Math.min(slice, length) + 10, scale: size * Math.sqrt(slice) })

      const started = noise(width, 10)
      const grads = reference.batchNormWeightGrad(x, shape, statistics, dy, epsilon)
      const onto = (sum: Float64Array) => sum.map((v, c) => v + started[c]!)
      const weights = await runKernel(
        batchNormWeightGrad,
        { sums: rounded(wantSums), lengths, dGamma: started, dBeta: started, means: 2 * width },
        sliced,
      )
      const ulps = slicesOf(sliced) + 6
      expectClose('dGamma', weights.dGamma, onto(grads.dGamma), { ulps, scale: size * Math.sqrt(frames) })
      expectClose('dBeta', weights.dBeta, onto(grads.dBeta), { ulps, scale: Math.sqrt(frames) })
      expectClose('means', weights.means, grads.means, { ulps, scale: size })

      const means = rounded(grads.means)
      const wantDx = reference.batchNormGrad(x, shape, statistics, gamma, dy, means, epsilon)
      const buffers = { x, lengths, statistics, gamma, dy, means }
      const { dx } = await runKernel(batchNormGrad, { ...buffers, dx: n }, { ...params, epsilon, accumulate: 0 })
      // As y, times 1/std and gamma.
      const tolerance = { ulps: 20, scale: 2 * size * size }
      expectClose('dx', dx, wantDx, tolerance)
      expect(dx.every((v, at) => !padding(shape, at) || v === 0)).toBe(true)
      const there = noise(n, 11)
      const added = await runKernel(batchNormGrad, { ...buffers, dx: there }, { ...params, epsilon, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        wantDx.map((v, i) => v + there[i]!),
        tolerance,
      )
    })
  }

  it('keeps its digits when the mean is a thousand times the spread', async () => {
    const shape = { lengths: Uint32Array.of(150, 90), length: 150, width: 4 }
    const params = { batch: 2, length: 150, width: 4, slice: 64 }
    const x = noise(2 * 150 * 4, 12).map((v) => Math.fround(1000 + v))
    const { moments } = await runKernel(batchNormMoments, { x, lengths: shape.lengths, moments: 2 * 6 * 4 }, params)
    const { statistics } = await runKernel(
      batchNormStatistics,
      { moments, lengths: shape.lengths, statistics: 8, running: new Float64Array(8) },
      { ...params, momentum },
    )
    const want = reference.batchNormStatistics(x, shape, new Float64Array(8), momentum).statistics
    // x less its mean is off by the rounding of the mean at size 1000, and the variance by twice that: E[x²] - mean² would be off by 1e6.
    expectClose('statistics', statistics, want, { ulps: 16, scale: 1000 })
  })

  const one = { batch: 2, length: 2, width: 4, slice: 2 }
  const runningAfter = async (moments: Float64Array, lengths: Uint32Array) => {
    const running = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    const got = await runKernel(batchNormStatistics, { moments, lengths, statistics: 8, running }, { ...one, momentum: 0.5 })
    return { running: [...got.running], statistics: [...got.statistics] }
  }

  it('leaves the running variance alone with one valid frame, and all of it with none', async () => {
    const moments = Float64Array.of(3, 4, 5, 6, 0, 0, 0, 0, ...new Array(8).fill(Number.NaN))
    expect(await runningAfter(moments, Uint32Array.of(1, 0))).toEqual({
      running: [2, 3, 4, 5, 5, 6, 7, 8],
      statistics: [3, 4, 5, 6, 0, 0, 0, 0],
    })
    expect(await runningAfter(moments, Uint32Array.of(0, 0))).toEqual({
      running: [1, 2, 3, 4, 5, 6, 7, 8],
      statistics: new Array(8).fill(0),
    })
  })

  it('leaves the running statistics of a column alone that is not finite', async () => {
    const bad = [Number.NaN, 1, Infinity, 1]
    const moments = Float64Array.of(...bad, 2, Infinity, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0)
    const { running } = await runningAfter(moments, Uint32Array.of(2, 0))
    expect(running).toEqual([1, 2, 3, 2.5, 5, 6, 7, 5])
  })

  it('reads a length beyond the batch as the whole of it', async () => {
    const x = noise(2 * 2 * 4, 13)
    const whole = Uint32Array.of(2, 2)
    const beyond = Uint32Array.of(9, 3)
    const at = async (lengths: Uint32Array) => {
      const { moments } = await runKernel(batchNormMoments, { x, lengths, moments: 16 }, one)
      const { statistics } = await runKernel(
        batchNormStatistics,
        { moments, lengths, statistics: 8, running: new Float64Array(8) },
        { ...one, momentum },
      )
      const gamma = noise(4, 14)
      const common = { x, lengths, statistics, gamma }
      const shape = { batch: 2, length: 2, width: 4, epsilon }
      const { y } = await runKernel(batchNorm, { ...common, beta: gamma, y: 16 }, shape)
      const { sums } = await runKernel(batchNormSums, { x, lengths, statistics, dy: x, sums: 16 }, { ...one, epsilon })
      const zeros = new Float64Array(4)
      const { means } = await runKernel(batchNormWeightGrad, { sums, lengths, dGamma: zeros, dBeta: zeros, means: 8 }, one)
      const { dx } = await runKernel(batchNormGrad, { ...common, dy: x, means, dx: 16 }, { ...shape, accumulate: 0 })
      return { statistics, y, means, dx }
    }
    expect(await at(beyond)).toEqual(await at(whole))
  })
})
