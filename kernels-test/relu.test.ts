import { describe, expect, it } from 'vitest'
import { relu, reluGrad } from '../src/kernels/relu.js'
import * as reference from '../src/reference/relu.js'
import { dot, expectClose, expectSlope, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, and a prime number of lanes.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009]

describe('relu', () => {
  it('has a reference gradient that matches finite differences', () => {
    const x = noise(8, 1)
    const dy = noise(8, 2)
    expectSlope(
      'dx',
      reference.reluGrad(x, dy),
      finiteDifference((at) => dot(reference.relu(at), dy), x),
    )
  })

  for (const n of sizes) {
    it(`matches the reference, both ways, at [${n}]`, async () => {
      const x = noise(n, 3)
      const dy = noise(n, 4)
      const { y } = await runKernel(relu, { x, y: n }, { n })
      expectClose('y', y, reference.relu(x), { ulps: 0, scale: 1 })
      const { dx } = await runKernel(reluGrad, { x, dy, dx: n }, { n })
      expectClose('dx', dx, reference.reluGrad(x, dy), { ulps: 0, scale: 1 })
    })
  }

  it('lets nothing through at exactly 0', async () => {
    const { dx } = await runKernel(reluGrad, { x: new Float64Array(4), dy: noise(4, 5), dx: 4 }, { n: 4 })
    expect([...dx]).toEqual([0, 0, 0, 0])
  })
})
