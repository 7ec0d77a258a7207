import { describe, expect, it } from 'vitest'
import { seenGoal } from '../src/kernels/seen_goal.js'
import * as reference from '../src/reference/seen_goal.js'
import { noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 48 frames of 260 numbers.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 48 * 260]

describe('seen_goal', () => {
  for (const n of sizes) {
    it(`is the reference, bit for bit, at [${n}], whatever stands where nothing was seen`, async () => {
      const pred = noise(n, 1)
      const seen = noise(n, 2).map((value) => (value > 0 ? 1 : 0))
      const goal = noise(n, 3).map((value, i) => (seen[i] ? value : i % 2 ? Number.NaN : 1e30))
      const { y } = await runKernel(seenGoal, { pred, goal, seen, y: n }, { n })
      expect(Float64Array.from(y)).toEqual(reference.seenGoal(pred, goal, seen))
    })
  }
})
