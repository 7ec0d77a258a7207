import { describe, expect, it } from 'vitest'
import { scaledResidual, scaledResidualGrad, scaledResidualWeightGrad } from '../src/kernels/scaled_residual.js'
import * as reference from '../src/reference/scaled_residual.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'

const rate = Math.fround(0.4)
const seed = Uint32Array.of(0x12345678, 7, 0, 0)

// Lanes of the elementwise kernels (batch · length · width / 4, workgroups of 256): one; one short, exactly one, one over; a prime; 8 clips of
// width 512. Lanes of the scales (width / 4, workgroups of 16) at 15, 16 and 17 among them.
const shapes = [
  { batch: 1, length: 1, width: 4 },
  { batch: 17, length: 1, width: 60 },
  { batch: 4, length: 4, width: 64 },
  { batch: 1, length: 257, width: 4 },
  { batch: 3, length: 7, width: 68 },
  { batch: 1009, length: 1, width: 4 },
  { batch: 8, length: 12, width: 512 },
]

const paths = (length: number, width: number, drops = rate): reference.Paths => ({ width, length, seed, stream: 5, rate: drops })
const pathsOf = ({ length, stream, rate }: reference.Paths) => ({ length, stream, rate })
const paramsOf = (given: reference.Paths) => ({ width: given.width, ...pathsOf(given) })

describe('scaled_residual', () => {
  it('has reference gradients that match finite differences', () => {
    const [x, branch, dy] = [noise(48, 1), noise(48, 2), noise(48, 3)]
    const gamma = noise(4, 4)
    const drawn = paths(2, 4, 0.5)
    const loss = (at: Float64Array, of: 'x' | 'branch' | 'gamma') => {
      const given = { x, branch, gamma, [of]: at }
      return dot(reference.scaledResidual(given.x, given.branch, given.gamma, drawn), dy)
    }
    expectGrad(
      'dx',
      dy,
      finiteDifference((at) => loss(at, 'x'), x),
    )
    expectGrad(
      'dbranch',
      reference.scaledResidualGrad(dy, gamma, drawn),
      finiteDifference((at) => loss(at, 'branch'), branch),
    )
    expectGrad(
      'dGamma',
      reference.scaledResidualWeightGrad(branch, dy, drawn),
      finiteDifference((at) => loss(at, 'gamma'), gamma),
    )
  })

  for (const { batch, length, width } of shapes) {
    it(`drops and scales what the reference does at [${batch}, ${length}, ${width}], both ways`, async () => {
      const n = batch * length * width
      const [x, branch, dy, there] = [noise(n, 6), noise(n, 7), noise(n, 8), noise(n, 9)]
      const gamma = noise(width, 10)
      const drawn = paths(length, width)
      const params = { n, ...paramsOf(drawn) }
      const { y } = await runKernel(scaledResidual, { x, branch, gamma, seed, y: n }, params)
      // 1/(1 - rate) is one rounding and WGSL's division 2.5 ulps (5 roundings), of 1.7; two products and a sum.
      expectClose('y', y, reference.scaledResidual(x, branch, gamma, drawn), { ulps: 10, scale: 2.7 })
      const want = reference.scaledResidualGrad(dy, gamma, drawn)
      const given = { dy, gamma, seed }
      const { dbranch } = await runKernel(scaledResidualGrad, { ...given, dbranch: n }, { ...params, accumulate: 0 })
      expectClose('dbranch', dbranch, want, { ulps: 9, scale: 1.7 })
      const added = await runKernel(scaledResidualGrad, { ...given, dbranch: there }, { ...params, accumulate: 1 })
      expectClose('dbranch added', added.dbranch, sum(want, there), { ulps: 10, scale: 2.7 })
      const before = noise(width, 11)
      const scales = sum(reference.scaledResidualWeightGrad(branch, dy, drawn), before)
      for (const kernel of [scaledResidualWeightGrad, forced(scaledResidualWeightGrad, 'workgroup')]) {
        const { dGamma } = await runKernel(
          kernel,
          { branch, dy, seed, dGamma: before },
          { rows: batch * length, scales: width, ...pathsOf(drawn) },
        )
        // A sum of batch · length numbers below 1.7, that walks no further than √ of so many.
        expectClose('dGamma', dGamma, scales, { ulps: batch * length + 16, scale: 1 + Math.sqrt(batch * length) })
      }
    })
  }

  it('adds the whole branch of every clip at rate 0', async () => {
    const [x, branch, gamma] = [noise(64, 12), noise(64, 13), noise(8, 14)]
    const drawn = paths(2, 8, 0)
    const { y } = await runKernel(scaledResidual, { x, branch, gamma, seed, y: 64 }, { n: 64, ...paramsOf(drawn) })
    expectClose(
      'y',
      y,
      x.map((v, i) => v + gamma[i % 8]! * branch[i]!),
      { ulps: 2, scale: 2 },
    )
  })

  it('drops whole clips, a share of them within 4 sigma, others at other streams and seeds', async () => {
    const [batch, length, width] = [4096, 2, 4]
    const n = batch * length * width
    const ones = new Float64Array(n).fill(1)
    const keptOf = async (stream: number, at: Uint32Array) => {
      const params = { n, width, length, stream, rate }
      const { y } = await runKernel(
        scaledResidual,
        { x: new Float64Array(n), branch: ones, gamma: ones.slice(0, 4), seed: at, y: n },
        params,
      )
      const clips = Array.from({ length: batch }, (_, b) => [...y.subarray(b * length * width, (b + 1) * length * width)])
      for (const clip of clips) expect(new Set(clip).size).toBe(1)
      return clips.map(([first]) => (first === 0 ? 0 : 1))
    }
    const kept = await keptOf(1, seed)
    const mean = (values: readonly number[]) => values.reduce((total, v) => total + v, 0) / values.length
    expect(Math.abs(mean(kept) - 0.6)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / batch))
    const agree = 0.6 * 0.6 + 0.4 * 0.4
    for (const other of [await keptOf(2, seed), await keptOf(1, Uint32Array.of(seed[0]!, seed[1]! + 1, 0, 0))])
      expect(Math.abs(mean(kept.map((v, i) => (v === other[i] ? 1 : 0))) - agree)).toBeLessThan(
        4 * Math.sqrt((agree * (1 - agree)) / batch),
      )
  })

  it('keeps an overflow in a dropped branch out, there and back', async () => {
    const [batch, width] = [64, 4]
    const n = batch * width
    const drawn = paths(1, width)
    const kept = reference.scaledResidualGrad(new Float64Array(n).fill(1), new Float64Array(4).fill(1), drawn)
    const branch = kept.map((keep) => (keep === 0 ? Number.POSITIVE_INFINITY : 1))
    const gamma = new Float64Array(4).fill(1)
    const { y } = await runKernel(scaledResidual, { x: noise(n, 15), branch, gamma, seed, y: n }, { n, ...paramsOf(drawn) })
    const weights = { branch, dy: noise(n, 16), seed, dGamma: new Float64Array(4) }
    const { dGamma } = await runKernel(scaledResidualWeightGrad, weights, { rows: batch, scales: width, ...pathsOf(drawn) })
    expect([...y, ...dGamma].every(Number.isFinite)).toBe(true)
  })
})

const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v + b[i]!)
