import { describe, expect, it } from 'vitest'
import { relu, reluGrad } from '../src/kernels/relu.js'
import * as reference from '../src/reference/relu.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

describe('relu', () => {
  it('has a reference gradient that matches finite differences', () => {
    const [x, residual, dy] = [noise(12, 1), noise(12, 2), noise(12, 3)]
    const grad = reference.reluGrad(reference.relu(x, residual), dy)
    const differences = finiteDifference((at) => dot(reference.relu(at, residual), dy), x)
    expectGrad('dx', grad, differences)
  })

  // One lane, one short of a workgroup, exactly one, one over, a prime number of lanes.
  for (const n of [4, 4 * 255, 4 * 256, 4 * 257, 4 * 1009]) {
    it(`matches the reference at [${n}], both ways, replacing and adding`, async () => {
      const [x, residual, dy, there] = [noise(n, 4), noise(n, 5), noise(n, 6), noise(n, 7)]
      const { y } = await runKernel(relu, { x, residual, y: n }, { n, hasResidual: 1 })
      expectClose('y', y, reference.relu(x, residual), { ulps: 1, scale: 2 })
      const alone = await runKernel(relu, { x, residual: new Float64Array(n).fill(Number.NaN), y: n }, { n, hasResidual: 0 })
      expectClose('y alone', alone.y, reference.relu(x), { ulps: 0, scale: 1 })
      const want = reference.reluGrad(Float64Array.from(y), dy)
      const { dx } = await runKernel(reluGrad, { y, dy, dx: n }, { n, accumulate: 0 })
      expectClose('dx', dx, want, { ulps: 0, scale: 1 })
      const added = await runKernel(reluGrad, { y, dy, dx: there }, { n, accumulate: 1 })
      expectClose(
        'dx added',
        added.dx,
        want.map((v, i) => v + there[i]!),
        { ulps: 1, scale: 2 },
      )
    })
  }

  it('keeps what is no number', async () => {
    const { y } = await runKernel(relu, { x: Float64Array.of(Number.NaN, -1, 0, 1), residual: 4, y: 4 }, { n: 4, hasResidual: 0 })
    expect([...y]).toEqual([Number.NaN, 0, 0, 1])
  })
})
