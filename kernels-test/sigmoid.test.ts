import { describe, expect, it } from 'vitest'
import { sigmoid, sigmoidGrad } from '../src/kernels/sigmoid.js'
import * as reference from '../src/reference/sigmoid.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and the lengths of 120 clips, padded to 4.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 480]

// WGSL's exp is off by 3 + 2·|x| ulps; then one sum and a division of 2.5.
const roundings = (x: Float64Array) => 8 + 2 * x.reduce((most, v) => Math.max(most, Math.abs(v)), 0)

describe('sigmoid', () => {
  it('has a reference gradient that matches finite differences', () => {
    const x = noise(32, 1, 4)
    const dy = noise(32, 2)
    expectGrad(
      'dx',
      reference.sigmoidGrad(x, dy),
      finiteDifference((at) => dot(reference.sigmoid(at), dy), x),
    )
  })

  for (const n of sizes) {
    it(`matches the reference, both ways, at [${n}]`, async () => {
      const x = noise(n, 3, 6)
      const dy = noise(n, 4)
      const { y } = await runKernel(sigmoid, { x, y: n }, { n })
      const want = reference.sigmoid(x)
      expectClose('y', y, want, { ulps: roundings(x), scale: want.map(Math.abs) })
      const { dx } = await runKernel(sigmoidGrad, { x, dy, dx: n }, { n })
      const grad = reference.sigmoidGrad(x, dy)
      expectClose('dx', dx, grad, { ulps: 4 + 2 * roundings(x), scale: grad.map(Math.abs) })
    })
  }

  it('keeps its digits at both ends, and is finite everywhere', async () => {
    const x = Float64Array.of(0, -0, 1e-30, -1e-30, 30, -30, 80, -80, 1e20, -1e20, 3e38, -3e38).map(Math.fround)
    const n = x.length
    const { y } = await runKernel(sigmoid, { x, y: n }, { n })
    const { dx } = await runKernel(sigmoidGrad, { x, dy: new Float64Array(n).fill(1), dx: n }, { n })
    const near = (got: Float32Array, want: Float64Array, name: string) =>
      // What is below the least normal number may be 0.
      expectClose(name, got, want, { ulps: 2 * roundings(x.slice(0, 8)), scale: want.map((v) => Math.max(v, 2 ** -126)) })
    near(y, reference.sigmoid(x), 'y')
    near(dx, reference.sigmoidGrad(x, new Float64Array(n).fill(1)), 'dx')
    expect([...y.subarray(8)]).toEqual([1, 0, 1, 0])
    expect([...dx.subarray(8)]).toEqual([0, 0, 0, 0])
  })
})
