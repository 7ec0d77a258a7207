import { describe, expect, it } from 'vitest'
import { geluErf, geluErfGrad } from '../src/kernels/gelu_erf.js'
import * as reference from '../src/reference/gelu_erf.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 24 frames of a feed-forward block.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 24 * 2048]

describe('gelu_erf', () => {
  it('has a reference that is the tables’, with a gradient that matches finite differences', () => {
    // x·Φ(x) of tables.
    const known = {
      x: Float64Array.of(-2, -0.5, 0, 1, 3),
      y: [-0.04550026389635841, -0.15426876936299344, 0, 0.8413447460685429, 2.99595030590511],
    }
    for (const [i, y] of reference.geluErf(known.x).entries()) expect(y).toBeCloseTo(known.y[i]!, 14)
    const x = noise(32, 1, 4)
    const dy = noise(32, 2)
    expectGrad(
      'dx',
      reference.geluErfGrad(x, dy),
      finiteDifference((at) => dot(reference.geluErf(at), dy), x),
    )
  })

  for (const n of sizes) {
    it(`matches the reference, both ways, at [${n}]`, async () => {
      const x = noise(n, 3, 6)
      const dy = noise(n, 4)
      // The formula is off by 7.5e-8, 1.3 roundings of 1; its sum has terms of up to 1.5, each rounded; a quotient has 5 roundings; exp, of a that
      // is rounded thrice, has 10|a| + 6 of itself, and is below 1/|a|.
      const scale = x.map((v) => Math.max(1, Math.abs(v)))
      const { y } = await runKernel(geluErf, { x, y: n }, { n })
      expectClose('y', y, reference.geluErf(x), { ulps: 24, scale })
      const { dx } = await runKernel(geluErfGrad, { x, dy, dx: n }, { n })
      expectClose('dx', dx, reference.geluErfGrad(x, dy), { ulps: 32, scale: 1 })
    })
  }

  it('is x far above 0, nothing far below, and finite everywhere', async () => {
    const x = Float64Array.of(0, 10, 14, 1e4, 1e20, 3e38, -10, -14, -1e4, -1e20, -3e38, -0).map(Math.fround)
    const n = x.length
    const { y } = await runKernel(geluErf, { x, y: n }, { n })
    const { dx } = await runKernel(geluErfGrad, { x, dy: new Float64Array(n).fill(1), dx: n }, { n })
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

  it('is within 1e-6 of the truth all the way down the negative tail', async () => {
    const n = 4096
    const x = Float64Array.from({ length: n }, (_, i) => Math.fround((-14 * i) / n))
    const { y } = await runKernel(geluErf, { x, y: n }, { n })
    const want = reference.geluErf(x)
    expect(Math.max(...y.map((v, i) => Math.abs(v - want[i]!)))).toBeLessThan(1e-6)
    expect(Math.max(...y)).toBeLessThanOrEqual(0)
  })
})
