import { describe, expect, it } from 'vitest'
import { adamw } from '../src/kernels/adamw.js'
import * as reference from '../src/reference/adamw.js'
import { expectClose, noise, runKernel } from './harness.js'

const [rate, beta1, beta2, epsilon] = [1e-3, 0.9, 0.999, 1e-8].map(Math.fround) as [number, number, number, number]
const hyperAt = (step: number) => Float64Array.of(rate, beta1, beta2, epsilon, 1 - beta1 ** step, 1 - beta2 ** step, 0, 0)

const decays = [
  { name: 'Adam', weightDecay: 0, decoupled: 0 },
  { name: 'Adam with decay in the gradient', weightDecay: Math.fround(0.01), decoupled: 0 },
  { name: 'AdamW', weightDecay: Math.fround(0.01), decoupled: 1 },
]

/** Three steps of one weight from 1, told as PyTorch's documentation does, but the moments as the sums their recurrences unroll to. */
function threeSteps(gradients: readonly number[], weightDecay: number): number[] {
  const weights: number[] = []
  let weight = 1
  gradients.forEach((_, last) => {
    const mean = (beta: number, power: number) => {
      let sum = 0
      let mass = 0
      for (let k = 0; k <= last; k++) {
        sum += beta ** (last - k) * gradients[k]! ** power
        mass += beta ** (last - k)
      }
      return sum / mass
    }
    weight = weight * (1 - rate * weightDecay) - (rate * mean(beta1, 1)) / (Math.sqrt(mean(beta2, 2)) + epsilon)
    weights.push(weight)
  })
  return weights
}

const gradients = [0.5, -0.25, 1]

/** The same three steps by the kernel, four weights at once. */
async function threeKernelSteps({ weightDecay, decoupled }: { weightDecay: number; decoupled: number }): Promise<number[]> {
  const start = { weight: new Float32Array(4).fill(1), first: new Float32Array(4), second: new Float32Array(4) }
  let state: { readonly [K in keyof reference.Moments]: Float32Array } = start
  const weights: number[] = []
  for (let step = 1; step <= 3; step++) {
    const gradient = new Float64Array(4).fill(gradients[step - 1]!)
    const buffers = { gradient, clip: Float64Array.of(1, 1), hyper: hyperAt(step), ...state }
    state = await runKernel(adamw, buffers, { n: 4, decayed: 4, weightDecay, decoupled })
    weights.push(state.weight[3]!)
  }
  return weights
}

describe('adamw', () => {
  for (const decay of decays.filter(({ weightDecay, decoupled }) => weightDecay === 0 || decoupled === 1)) {
    it(`takes the three steps of ${decay.name} that its formula unrolls to`, async () => {
      const wanted = threeSteps(gradients, decay.weightDecay)
      let state: reference.Moments = { weight: Float64Array.of(1), first: new Float64Array(1), second: new Float64Array(1) }
      for (let step = 1; step <= 3; step++) {
        state = reference.adamw(state, Float64Array.of(gradients[step - 1]!), 1, hyperAt(step), decay)
        expect(Math.abs(state.weight[0]! - wanted[step - 1]!), `reference, step ${step}`).toBeLessThan(1e-13)
      }
      // Weights near 1 and steps near 0.001: each step rounds the weight once.
      expectClose('weights', Float32Array.from(await threeKernelSteps(decay)), Float64Array.from(wanted), { ulps: 4, scale: 1 })
    })
  }

  it('first moves every weight by the rate, against the sign of its gradient', async () => {
    const gradient = Float64Array.of(1e-3, -1e-3, 40, -40)
    const zeros = new Float64Array(4)
    const buffers = { gradient, clip: Float64Array.of(1, 1), hyper: hyperAt(1), weight: zeros, first: zeros, second: zeros }
    const { weight } = await runKernel(adamw, buffers, { n: 4, decayed: 4, weightDecay: 0, decoupled: 0 })
    // epsilon takes 1e-5 of the step where the gradient is 1e-3.
    for (const [i, sign] of [-1, 1, -1, 1].entries()) expect(weight[i]! / (sign * rate)).toBeCloseTo(1, 4)
  })

  it('adds an undecoupled decay to the gradient', () => {
    const state = { weight: noise(8, 1), first: noise(8, 2), second: noise(8, 3).map(Math.abs) }
    const gradient = noise(8, 4)
    const decayed = gradient.map((g, i) => 0.5 * g + 0.01 * state.weight[i]!)
    const got = reference.adamw(state, gradient, 0.5, hyperAt(2), { weightDecay: 0.01, decoupled: 0 })
    expect(got).toEqual(reference.adamw(state, decayed, 1, hyperAt(2), { weightDecay: 0, decoupled: 0 }))
  })

  // One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and a model's bias and a half.
  for (const n of [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 3072]) {
    for (const decay of decays) {
      it(`matches the reference of ${decay.name} at [${n}]`, async () => {
        const before = { weight: noise(n, 5), first: noise(n, 6), second: noise(n, 7).map(Math.abs) }
        const gradient = noise(n, 8)
        const hyper = hyperAt(17).map(Math.fround)
        const scale = Math.fround(0.3)
        const { weightDecay, decoupled } = decay
        const buffers = { gradient, clip: Float64Array.of(10, scale), hyper, ...before }
        const got = await runKernel(adamw, buffers, { n, decayed: n, weightDecay, decoupled })
        const wanted = reference.adamw(before, gradient, scale, hyper, decay)
        // Two products and their sum, of numbers below 1.
        expectClose('first', got.first, wanted.first, { ulps: 5, scale: 1 })
        expectClose('second', got.second, wanted.second, { ulps: 6, scale: 1 })
        // The step of moments that do not cancel bounds the step's size; two roots (5 ulps each), three divisions (2.5) and the moments.
        const uncancelled = { weight: new Float64Array(n), first: before.first.map(Math.abs), second: before.second }
        const steps = reference.adamw(uncancelled, gradient.map(Math.abs), scale, hyper, { weightDecay: 0, decoupled: 0 }).weight
        const size = steps.map((step, i) => Math.abs(step) + Math.abs(before.weight[i]!))
        expectClose('weight', got.weight, wanted.weight, { ulps: 30, scale: size })
      })
    }
  }

  for (const decay of decays.slice(1)) {
    it(`decays the first weights alone, by ${decay.name}`, async () => {
      const before = { weight: noise(20, 13), first: noise(20, 14), second: noise(20, 15).map(Math.abs) }
      const buffers = { gradient: noise(20, 16), clip: Float64Array.of(1, 1), hyper: hyperAt(2), ...before }
      const run = (decayed: number) =>
        runKernel(adamw, buffers, { n: 20, decayed, weightDecay: decay.weightDecay, decoupled: decay.decoupled })
      const [some, all, none] = [await run(8), await run(20), await run(0)]
      expect([...some.weight]).toEqual([...all.weight.subarray(0, 8), ...none.weight.subarray(8)])
      expect(all.weight.every((weight, i) => weight !== none.weight[i])).toBe(true)
    })
  }

  it('changes nothing, not even the moments, when the scale is 0', async () => {
    const before = { weight: noise(8, 9), first: noise(8, 10), second: noise(8, 11).map(Math.abs) }
    const gradient = new Float64Array(8).fill(Number.NaN)
    const buffers = { gradient, clip: Float64Array.of(Number.NaN, 0), hyper: hyperAt(3), ...before }
    const got = await runKernel(adamw, buffers, { n: 8, decayed: 8, weightDecay: 0.01, decoupled: 1 })
    for (const name of ['weight', 'first', 'second'] as const) expect(got[name], name).toEqual(Float32Array.from(before[name]))
  })

  it('leaves a weight alone that never had a gradient', async () => {
    const zeros = new Float64Array(4)
    const weight = noise(4, 12)
    const buffers = { gradient: zeros, clip: Float64Array.of(0, 1), hyper: hyperAt(1), weight, first: zeros, second: zeros }
    const got = await runKernel(adamw, buffers, { n: 4, decayed: 4, weightDecay: 0, decoupled: 0 })
    expect(got.weight).toEqual(Float32Array.from(weight))
  })
})
