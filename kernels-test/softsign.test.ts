import { describe, expect, it } from 'vitest'
import { softsign, softsignGrad } from '../src/kernels/softsign.js'
import * as reference from '../src/reference/softsign.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 48 embedded frames.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 48 * 512]

describe('softsign', () => {
  it('has a reference gradient that matches finite differences', () => {
    const x = noise(32, 1, 4)
    const dy = noise(32, 2)
    expectGrad(
      'dx',
      reference.softsignGrad(x, dy),
      finiteDifference((at) => dot(reference.softsign(at), dy), x),
    )
  })

  for (const n of sizes) {
    it(`matches the reference, both ways, at [${n}]`, async () => {
      const x = noise(n, 3, 6)
      const dy = noise(n, 4)
      const { y } = await runKernel(softsign, { x, y: n }, { n })
      const want = reference.softsign(x)
      // WGSL's division is 5 roundings; one sum, and two products.
      expectClose('y', y, want, { ulps: 7, scale: want.map(Math.abs) })
      const { dx } = await runKernel(softsignGrad, { x, dy, dx: n }, { n })
      const grad = reference.softsignGrad(x, dy)
      expectClose('dx', dx, grad, { ulps: 14, scale: grad.map(Math.abs) })
    })
  }

  it('keeps its digits at both ends, and is finite everywhere', async () => {
    const x = Float64Array.of(0, -0, 1e-30, -1e-30, 1e3, -1e3, 1e6, -1e6, 1e20, -1e20, 3e38, -3e38).map(Math.fround)
    const n = x.length
    const { y } = await runKernel(softsign, { x, y: n }, { n })
    const { dx } = await runKernel(softsignGrad, { x, dy: new Float64Array(n).fill(1), dx: n }, { n })
    const want = reference.softsign(x)
    expectClose('y', y, want, { ulps: 7, scale: want.map(Math.abs) })
    // From y, 1e6 would have 1 digit and 1e20 none. What is below the least normal number may be 0.
    const grad = reference.softsignGrad(x, new Float64Array(n).fill(1))
    expectClose('dx', dx, grad, { ulps: 14, scale: grad.map((v) => Math.max(v, 2 ** -126)) })
    expect([...dx.subarray(10)]).toEqual([0, 0])
  })
})
