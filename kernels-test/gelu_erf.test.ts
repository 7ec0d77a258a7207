import { describe, expect, it } from 'vitest'
import { geluErf, geluErfGrad } from '../src/kernels/gelu_erf.js'
import * as reference from '../src/reference/gelu_erf.js'
import { itIsAGelu } from './gelus.js'
import { runKernel } from './harness.js'

describe('gelu_erf', () => {
  it('has a reference that is the tables’', () => {
    // x·Φ(x) of tables.
    const known = {
      x: Float64Array.of(-2, -0.5, 0, 1, 3),
      y: [-0.04550026389635841, -0.15426876936299344, 0, 0.8413447460685429, 2.99595030590511],
    }
    for (const [i, y] of reference.geluErf(known.x).entries()) expect(y).toBeCloseTo(known.y[i]!, 14)
  })

  itIsAGelu({
    forward: geluErf,
    backward: geluErfGrad,
    reference: { forward: reference.geluErf, backward: reference.geluErfGrad },
    // The formula is off by 7.5e-8, 1.3 roundings of 1; its sum has terms of up to 1.5, each rounded; a quotient has 5 roundings; exp, of a that
    // is rounded thrice, has 10|a| + 6 of itself, and is below 1/|a|.
    ulps: { y: 24, dx: 32 },
    ends: [10, 14],
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
