import { describe, expect, it } from 'vitest'
import { sgd } from '../src/kernels/sgd.js'
import * as reference from '../src/reference/sgd.js'
import { expectClose, noise, runKernel } from './harness.js'

const hyper = Float64Array.of(0.01, 0.9, 0, 0, 0, 0, 0, 0).map(Math.fround)
const decay = Math.fround(1e-3)

describe('sgd', () => {
  it('takes the steps that its formula unrolls to', () => {
    // A gradient of 1 throughout: momentum 1, 1.9, 2.71; Nesterov steps by 1 + 0.9 of those.
    const after = { plain: [1, 1.9, 2.71], nesterov: [1.9, 2.71, 3.439] }
    for (const [kind, steps] of Object.entries(after)) {
      let state: reference.Momentum = { weight: Float64Array.of(0), first: Float64Array.of(0) }
      let weight = 0
      for (const step of steps) {
        const options = { weightDecay: 0, decayed: 1, nesterov: kind === 'nesterov' ? 1 : 0 }
        state = reference.sgd(state, Float64Array.of(1), 1, Float64Array.of(0.01, 0.9), options)
        weight -= 0.01 * step
        expect(state.weight[0]).toBeCloseTo(weight, 12)
      }
    }
  })

  // One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes.
  for (const n of [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009]) {
    for (const nesterov of [0, 1]) {
      it(`matches the reference at [${n}], ${nesterov === 1 ? 'as Nesterov has it' : 'plain'}, and decays the first weights alone`, async () => {
        const before = { weight: noise(n, 1), first: noise(n, 2) }
        const gradient = noise(n, 3)
        const scale = Math.fround(0.3)
        const decayed = 4 * Math.floor(n / 8)
        const got = await runKernel(
          sgd,
          { gradient, clip: Float64Array.of(10, scale), hyper, ...before },
          { n, decayed, weightDecay: decay, nesterov },
        )
        const want = reference.sgd(before, gradient, scale, hyper, { weightDecay: decay, decayed, nesterov })
        // Two products and their sums, of numbers below 1.
        expectClose('first', got.first, want.first, { ulps: 6, scale: 1.5 })
        expectClose('weight', got.weight, want.weight, { ulps: 2, scale: 1.1 })
      })
    }
  }

  it('changes nothing, not even the momentum, when the scale is 0', async () => {
    const before = { weight: noise(8, 4), first: noise(8, 5) }
    const buffers = { gradient: new Float64Array(8).fill(Number.NaN), clip: Float64Array.of(Number.NaN, 0), hyper, ...before }
    const got = await runKernel(sgd, buffers, { n: 8, decayed: 8, weightDecay: decay, nesterov: 1 })
    for (const name of ['weight', 'first'] as const) expect(got[name], name).toEqual(Float32Array.from(before[name]))
  })
})
