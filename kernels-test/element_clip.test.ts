import { describe, expect, it } from 'vitest'
import { elementClip } from '../src/kernels/element_clip.js'
import * as reference from '../src/reference/element_clip.js'
import { expectClose, noise, runKernel } from './harness.js'

const scaling = Float64Array.of(4, 0, 0, 0)

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009]

describe('element_clip', () => {
  for (const n of sizes) {
    it(`brings [${n}] within the limit, and leaves the rest as it is`, async () => {
      const x = noise(n, 1, 2)
      const plain = await runKernel(elementClip, { scaling, x }, { n, limit: 0.75, scaled: 0 })
      expectClose('x', plain.x, reference.elementClip(x, 0.75), { ulps: 0, scale: 1 })
      const scaled = await runKernel(elementClip, { scaling, x }, { n, limit: 0.25, scaled: 1 })
      expectClose('x scaled', scaled.x, reference.elementClip(x, 1), { ulps: 0, scale: 1 })
    })
  }

  it('hides nothing that is not finite', async () => {
    const x = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3)
    const clipped = await runKernel(elementClip, { scaling, x }, { n: 4, limit: 1, scaled: 0 })
    expect([...clipped.x]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1])
  })
})
