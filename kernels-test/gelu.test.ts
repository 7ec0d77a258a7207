import { describe, expect, it } from 'vitest'
import { gelu, geluGrad } from '../src/kernels/gelu.js'
import * as reference from '../src/reference/gelu.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 24 frames of a feed-forward block.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 24 * 2048]

describe('gelu', () => {
  it('has a reference gradient that matches finite differences', () => {
    const x = noise(32, 1, 4)
    const dy = noise(32, 2)
    expectGrad(
      'dx',
      reference.geluGrad(x, dy),
      finiteDifference((at) => dot(reference.gelu(at), dy), x),
    )
  })

  for (const n of sizes) {
    it(`matches the reference, both ways, at [${n}]`, async () => {
      const x = noise(n, 3, 6)
      const dy = noise(n, 4)
      // exp(a) may be off by 3 + 2|a| ulps (a rounding is half an ulp), and a by 4 roundings of itself: 10|a| + 6 in all. What reaches
      // y is that times s(1-s)|x|, at most 14 roundings of 1; with a quotient's 5 of |x|, 24 of max(1, |x|) is ample.
      const scale = x.map((v) => Math.max(1, Math.abs(v)))
      const { y } = await runKernel(gelu, { x, y: n }, { n })
      expectClose('y', y, reference.gelu(x), { ulps: 24, scale })
      // The gradient multiplies s(1-s) by up to 2x(1 + 0.13x²): the same errors, about four times as large.
      const { dx } = await runKernel(geluGrad, { x, dy, dx: n }, { n })
      expectClose('dx', dx, reference.geluGrad(x, dy), { ulps: 96, scale: 1 })
    })
  }

  it('is x far above 0, nothing far below, and finite everywhere', async () => {
    const x = Float64Array.of(0, 9, 11, 1e4, 1e20, 3e38, -9, -11, -1e4, -1e20, -3e38, -0).map(Math.fround)
    const n = x.length
    const { y } = await runKernel(gelu, { x, y: n }, { n })
    const { dx } = await runKernel(geluGrad, { x, dy: new Float64Array(n).fill(1), dx: n }, { n })
    expectClose(
      'y',
      y,
      x.map((v) => Math.max(v, 0)),
      { ulps: 5, scale: x.map((v) => Math.max(1e-12, v)) },
    )
    expectClose(
      'dx',
      dx,
      x.map((v) => (v === 0 ? 0.5 : v > 0 ? 1 : 0)),
      { ulps: 5, scale: 1 },
    )
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
