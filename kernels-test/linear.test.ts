import { describe, expect, it } from 'vitest'
import { linearGrad } from '../src/kernels/linear.js'
import * as reference from '../src/reference/linear.js'
import { dot, expectGrad, finiteDifference, hasSubgroups, noise, runKernel } from './harness.js'
import { expectAccumulation, expectFinish, expectReference, inVariant, products, title } from './products.js'

// One element; under, at and over a lane's tile of 8 and a workgroup's of 64, in every variant; primes; the pose head's 152 columns.
const sizes = [
  { rows: 1, inner: 4, cols: 4 },
  { rows: 7, inner: 12, cols: 4 },
  { rows: 8, inner: 8, cols: 8 },
  { rows: 9, inner: 20, cols: 12 },
  { rows: 64, inner: 64, cols: 64 },
  { rows: 65, inner: 68, cols: 68 },
  { rows: 131, inner: 36, cols: 152 },
]

describe('linear', () => {
  it('has reference gradients that match finite differences', () => {
    const size = { rows: 3, inner: 4, cols: 5 }
    const x = noise(12, 1)
    const w = noise(20, 2)
    const b = noise(5, 3)
    const dy = noise(15, 4)
    const { dw, db } = reference.linearWeightGrad(x, dy, size)
    expectGrad(
      'dx',
      reference.linearGrad(dy, w, size),
      finiteDifference((at) => dot(reference.linear(at, w, b, size), dy), x),
    )
    expectGrad(
      'dw',
      dw,
      finiteDifference((at) => dot(reference.linear(x, at, b, size), dy), w),
    )
    expectGrad(
      'db',
      db,
      finiteDifference((at) => dot(reference.linear(x, w, at, size), dy), b),
    )
  })

  for (const [variant, size] of ['portable', 'subgroup', 'subgroup of 32 rows', 'tiled'].flatMap((variant) =>
    sizes.map((size) => [variant, size] as const),
  )) {
    it(`matches the reference, all three ways, ${variant}, ${title(size)}`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      // What long products get on lavapipe.
      if (variant === 'subgroup of 32 rows' && !(await hasSubgroups([8])))
        skip('made for subgroups of 8 lanes; SwiftShader compiles it for seconds')
      await expectReference(inVariant(products, variant), size)
    })
  }

  it('adds onto what is there when told to, and leaves the bias alone when there is none', () => expectAccumulation(products))

  it('has a way back through ReLU and dropout that matches finite differences', () => {
    const drops = { seed: Uint32Array.of(5, 6, 0, 0), stream: 3, rate: 0.5 }
    const sums = noise(64, 9)
    const dy = noise(64, 10)
    expectGrad(
      'ds',
      reference.gated(dy, reference.finished(sums, { relu: true, drops }), drops.rate),
      finiteDifference((at) => dot(reference.finished(at, { relu: true, drops }), dy), sums),
    )
  })

  for (const [variant, size] of ['portable', 'subgroup', 'subgroup of 32 rows', 'tiled'].flatMap((variant) =>
    sizes.slice(3).map((size) => [variant, size] as const),
  )) {
    it(`bends, drops and adds what is there, and gates the way back, ${variant}, ${title(size)}`, async ({ skip }) => {
      if (variant === 'subgroup' && !(await hasSubgroups())) skip('this adapter has no subgroups of 4 or 8 lanes')
      // What long products get on lavapipe.
      if (variant === 'subgroup of 32 rows' && !(await hasSubgroups([8])))
        skip('made for subgroups of 8 lanes; SwiftShader compiles it for seconds')
      await expectFinish(inVariant(products, variant), size)
    })
  }

  it('lets nothing through at exactly 0, nor NaN from where the gate is shut', async () => {
    const dy = new Float64Array(4).fill(Number.NaN)
    const size = { rows: 1, inner: 4, cols: 4, accumulate: 0, gated: 1, rate: 0 }
    const { dx } = await runKernel(linearGrad, { dy, w: noise(16, 18), x: new Float64Array(4), dx: 4 }, size)
    expect([...dx]).toEqual([0, 0, 0, 0])
  })
})
