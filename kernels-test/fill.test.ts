import { describe, it } from 'vitest'
import { fill, fillWhole } from '../src/kernels/fill.js'
import * as reference from '../src/reference/fill.js'
import { expectClose, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, and a prime number of lanes; at the beginning, and behind something.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009]

describe('fill', () => {
  for (const n of sizes)
    for (const first of [0, 12])
      it(`puts a number into ${n} places from ${first} on, and leaves the others`, async () => {
        const before = noise(first + n + 8, 1)
        const { y } = await runKernel(fill, { y: before }, { first, n, value: 0.25 })
        expectClose('y', y, reference.fill(before, first, n, 0.25), { ulps: 0, scale: 1 })
      })

  for (const n of sizes)
    it(`puts a number into all of ${n} places that nothing was written to`, async () => {
      const { y } = await runKernel(fillWhole, { y: n }, { n, value: 0.25 })
      expectClose('y', y, reference.fill(new Float64Array(n), 0, n, 0.25), { ulps: 0, scale: 1 })
    })
})
