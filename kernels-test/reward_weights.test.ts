import { describe, expect, it } from 'vitest'
import { rewardWeightKind, rewardWeights } from '../src/kernels/reward_weights.js'
import { poseLoss, poseLossGrad, poseLossReport } from '../src/reference/pose_loss.js'
import * as reference from '../src/reference/reward_weights.js'
import { expectClose, noise, runKernel } from './harness.js'

const { regression, policy } = rewardWeightKind

/** Reports with rewards in (0, 1]. */
const reportOf = (batch: number, seed: number) => noise(4 * batch, seed).map((v, i) => (i % 4 === 2 ? Math.fround(0.5 + 0.499 * v) : v))

describe('reward_weights', () => {
  for (const batch of [1, 2, 7, 64, 65]) {
    for (const [name, kind] of Object.entries(rewardWeightKind)) {
      it(`matches the reference of ${name} for ${batch}`, async () => {
        const params = { batch, kind, intensity: 2.5, spread: 0.25 }
        const report = reportOf(batch, 3)
        const got = await runKernel(rewardWeights, { report, weight: batch }, params)
        const want = reference.rewardWeights(report, params)
        // Sums of `batch` terms, an exponential of a few roundings; advantages are differences of numbers below 1, scaled by 8.
        expectClose('weight', got.weight, want.weight, { ulps: 16 + batch, scale: kind === policy ? 8 : 3 })
        expectClose('report', got.report, want.report, { ulps: 16 + batch, scale: 3 })
      })
    }
  }

  it('weighs samples equally without intensity, and by 1 on the average with it', async () => {
    const report = reportOf(5, 1)
    const flat = await runKernel(rewardWeights, { report, weight: 5 }, { batch: 5, kind: regression, intensity: 0, spread: 1 })
    expect([...flat.weight]).toEqual([1, 1, 1, 1, 1])
    const steep = await runKernel(rewardWeights, { report, weight: 5 }, { batch: 5, kind: regression, intensity: 4, spread: 1 })
    expect(steep.weight.reduce((a, b) => a + b, 0)).toBeCloseTo(5, 5)
  })

  it('turns the loss towards a tried action into the gradient of the expected reward', () => {
    // Two numbers, a goal, a Gaussian policy about pred: averaged over many actions, the estimate is the true gradient of E[reward].
    const [spread, median, batch] = [0.2, 0.5, 40_000]
    const shape = { batch, length: 1, stride: 4, numbers: 2, coords: 2, kind: 0 }
    const frames = new Uint32Array(batch).fill(1)
    const ones = new Float64Array(batch).fill(1)
    const goal = Float64Array.from({ length: 4 * batch }, (_, i) => [0.3, -0.4, 0, 0][i % 4]!)
    const pred = Float64Array.from({ length: 4 * batch }, (_, i) => [0.9, 0.2, 0, 0][i % 4]!)
    const uniform = noise(8 * batch, 9).map((v) => (v + 1) / 2)
    const normal = (i: number) => Math.sqrt(-2 * Math.log(1 - uniform[2 * i]!)) * Math.cos(2 * Math.PI * uniform[2 * i + 1]!)
    const action = pred.map((p, i) => (i % 4 < 2 ? p + spread * normal(i) : 0))
    const report = poseLossReport(poseLoss(action, goal, frames, shape), frames, ones, ones, median, shape)
    const { weight } = reference.rewardWeights(report, { batch, kind: policy, intensity: 0, spread })
    const grads = poseLossGrad(pred, action, frames, weight, ones, shape)
    const estimate = [0, 1].map((j) => grads.reduce((sum, v, i) => sum + (i % 4 === j ? v : 0), 0) / batch)

    // E[2^(−e/m)] with e the mean square of two normal differences: a product of Gaussian integrals.
    const a = Math.LN2 / (2 * median)
    const expected = (d: readonly number[]) =>
      d.reduce((p, x) => p * (1 + 2 * a * spread ** 2) ** -0.5 * Math.exp((-a * x * x) / (1 + 2 * a * spread ** 2)), 1)
    const d = [0.6, 0.6]
    const h = 1e-5
    const trueGrad = [0, 1].map((j) => {
      const moved = (s: number) => expected(d.map((x, i) => (i === j ? x + s : x)))
      return -(moved(h) - moved(-h)) / (2 * h)
    })
    estimate.forEach((value, j) => {
      expect(Math.abs(value - trueGrad[j]!), `grad ${j}: ${value} against ${trueGrad[j]}`).toBeLessThan(0.05 * Math.abs(trueGrad[j]!))
    })
  })
})
