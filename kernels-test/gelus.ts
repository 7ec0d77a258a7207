// What the tests of both forms of GELU have in common: the gradient of the reference, the kernel against it, and the ends.

import { expect, it } from 'vitest'
import type { gelu, geluGrad } from '../src/kernels/gelu.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// One vec4, one lane short of a workgroup, exactly one, one over, a prime number of lanes, and 24 frames of a feed-forward block.
const sizes = [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009, 24 * 2048]

export interface GeluForm {
  readonly forward: typeof gelu
  readonly backward: typeof geluGrad
  readonly reference: {
    readonly forward: (x: Float64Array) => Float64Array
    readonly backward: (x: Float64Array, dy: Float64Array) => Float64Array
  }
  /** Of y, whose scale is max(1, |x|), and of dx, whose scale is 1. */
  readonly ulps: { readonly y: number; readonly dx: number }
  /** From here on y is x, and below its negative 0. */
  readonly ends: readonly [number, number]
}

export function itIsAGelu({ forward, backward, reference, ulps, ends: [near, far] }: GeluForm): void {
  it('has a reference gradient that matches finite differences', () => {
    const x = noise(32, 1, 4)
    const dy = noise(32, 2)
    expectGrad(
      'dx',
      reference.backward(x, dy),
      finiteDifference((at) => dot(reference.forward(at), dy), x),
    )
  })

  it.each(sizes)('matches the reference, both ways, at [%i]', async (n) => {
    const x = noise(n, 3, 6)
    const dy = noise(n, 4)
    const { y } = await runKernel(forward, { x, y: n }, { n })
    expectClose('y', y, reference.forward(x), { ulps: ulps.y, scale: x.map((v) => Math.max(1, Math.abs(v))) })
    const { dx } = await runKernel(backward, { x, dy, dx: n }, { n })
    expectClose('dx', dx, reference.backward(x, dy), { ulps: ulps.dx, scale: 1 })
  })

  it('is x far above 0, nothing far below, and finite everywhere', async () => {
    const x = Float64Array.of(0, near, far, 1e4, 1e20, 3e38, -near, -far, -1e4, -1e20, -3e38, -0).map(Math.fround)
    const n = x.length
    const { y } = await runKernel(forward, { x, y: n }, { n })
    const { dx } = await runKernel(backward, { x, dy: new Float64Array(n).fill(1), dx: n }, { n })
    const above = x.map((v) => Math.max(v, 0))
    expectClose('y', y, above, { ulps: 5, scale: x.map((v) => Math.max(1e-12, v)) })
    const slope = x.map((v) => (v === 0 ? 0.5 : v > 0 ? 1 : 0))
    expectClose('dx', dx, slope, { ulps: 5, scale: 1 })
    expect([...y, ...dx].every(Number.isFinite)).toBe(true)
  })
}
