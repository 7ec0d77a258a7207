import { describe, it } from 'vitest'
import { add } from '../src/kernels/add.js'
import * as reference from '../src/reference/add.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 48 frames of width 512.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 48 * 512]

describe('add', () => {
  it('has the gradient of y as its gradient at either input', () => {
    const a = noise(8, 1)
    const b = noise(8, 2)
    const dy = noise(8, 3)
    expectGrad(
      'da',
      dy,
      finiteDifference((at) => dot(reference.add(at, b), dy), a),
    )
    expectGrad(
      'db',
      dy,
      finiteDifference((at) => dot(reference.add(a, at), dy), b),
    )
  })

  for (const n of sizes) {
    it(`matches the reference at [${n}]`, async () => {
      const a = noise(n, 4)
      const b = noise(n, 5)
      const { y } = await runKernel(add, { a, b, y: n }, { n })
      // One addition of numbers below 1.
      expectClose('y', y, reference.add(a, b), { ulps: 1, scale: 2 })
    })
  }
})
