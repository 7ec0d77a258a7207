import { describe, expect, it } from 'vitest'
import { gelu, geluGrad } from '../src/kernels/gelu.js'
import * as reference from '../src/reference/gelu.js'
import { itIsAGelu } from './gelus.js'
import { expectClose, runKernel } from './harness.js'

describe('gelu', () => {
  itIsAGelu({
    forward: gelu,
    backward: geluGrad,
    reference: { forward: reference.gelu, backward: reference.geluGrad },
    // exp(a) may be off by 3 + 2|a| ulps (a rounding is half an ulp), and a by 4 roundings of itself: 10|a| + 6 in all. What reaches y is that times
    // s(1-s)|x|, at most 14 roundings of 1; with a quotient's 5 of |x|, 24 of max(1, |x|) is ample. The gradient multiplies s(1-s) by up to
    // 2x(1 + 0.13x²): the same errors, about four times as large.
    ulps: { y: 24, dx: 96 },
    ends: [9, 11],
  })

  it('keeps its digits in the negative tail', async () => {
    const x = Float64Array.of(-3, -3.5, -4, -4.5)
    const { y } = await runKernel(gelu, { x, y: 4 }, { n: 4 })
    // With 1 + tanh this would be 1e3 to 1e5 roundings of y; with exp it is 10|2u| + 16, and |2u| stays below 14.
    const want = reference.gelu(x)
    expectClose('y', y, want, { ulps: 160, scale: want.map(Math.abs) })
    expect(Math.max(...y)).toBeLessThan(0)
  })
})
