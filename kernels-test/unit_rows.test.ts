import { describe, expect, it } from 'vitest'
import { unitRows, unitRowsGrad } from '../src/kernels/unit_rows.js'
import * as reference from '../src/reference/unit_rows.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'
import { gpuForRows, type RowVariant } from './subgroup_lanes.js'

// Rows: one, one short of a workgroup (64), exactly one, one over, a prime. Widths: one vec4, around a subgroup's lanes, word vectors', many turns.
const shapes = [
  { rows: 1, width: 4 },
  { rows: 63, width: 36 },
  { rows: 64, width: 32 },
  { rows: 65, width: 300 },
  { rows: 193, width: 12 },
  { rows: 3, width: 2052 },
]

const variants: readonly RowVariant[] = [
  { variant: 'portable' },
  { variant: 'subgroup' },
  // As GPUs have them, which this adapter may not be.
  { variant: 'subgroup', lanes: 32 },
  { variant: 'subgroup', lanes: 64 },
]

describe('unit_rows', () => {
  it('has a reference gradient that matches finite differences', () => {
    const width = 5
    const x = noise(3 * width, 1)
    const dy = noise(3 * width, 2)
    const { y, norm } = reference.unitRows(x, width)
    expectGrad(
      'dx',
      reference.unitRowsGrad(y, norm, dy, width),
      finiteDifference((at) => dot(reference.unitRows(at, width).y, dy), x),
    )
  })

  it('has rows of length 1', () => {
    const { y } = reference.unitRows(noise(2 * 7, 3, 30), 7)
    for (const row of [y.subarray(0, 7), y.subarray(7)]) expect(Math.hypot(...row)).toBeCloseTo(1, 14)
  })
})

for (const variant of variants) {
  const { lanes } = variant
  const [unit, unitGrad] = [forced(unitRows, variant.variant), forced(unitRowsGrad, variant.variant)]
  const skipReason = 'this adapter has no subgroups of one size'

  describe(`unit_rows, ${variant.variant}${lanes ? ` of ${lanes} lanes spelled out` : ''}`, () => {
    for (const { rows, width } of shapes) {
      it(`matches the reference, both ways, at [${rows}, ${width}]`, async ({ skip }) => {
        const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
        const n = rows * width
        const x = noise(n, 4, 3)
        const want = reference.unitRows(x, width)
        const { y, norm } = await runKernel(unit, { x, y: n, norm: rows }, { rows, width }, gpu)
        // A chain of width/4 roundings of positive numbers, halved by the root, which is 2 ulps off itself; a division of 2.5 ulps.
        const ulps = width / 4 + 10
        expectClose('norm', norm, want.norm, { ulps, scale: want.norm })
        expectClose('y', y, want.y, { ulps, scale: want.y.map(Math.abs) })

        // From the rounded y and norm that a training step would hand it.
        const [kept, size, dy] = [Float64Array.from(y), Float64Array.from(norm), noise(n, 5)]
        const grad = reference.unitRowsGrad(kept, size, dy, width)
        const { dx } = await runKernel(unitGrad, { y, norm, dy, dx: n }, { rows, width, accumulate: 0 }, gpu)
        const scale = grad.map((_, i) => Math.sqrt(width) / size[Math.floor(i / width)]!)
        expectClose('dx', dx, grad, { ulps, scale })

        const there = noise(n, 6)
        const added = await runKernel(unitGrad, { y, norm, dy, dx: there }, { rows, width, accumulate: 1 }, gpu)
        const sum = grad.map((v, i) => v + there[i]!)
        expectClose('dx added', added.dx, sum, { ulps: ulps + 1, scale: scale.map((s) => s + 1) })
      })
    }

    it('leaves rows of zeros as they are and gives rows that are too short no gradient', async ({ skip }) => {
      const gpu = (await gpuForRows(variant)) ?? skip(skipReason)
      const x = Float64Array.of(0, 0, 0, 0, 3e-13, 4e-13, 0, 0).map(Math.fround)
      const { y, norm } = await runKernel(unit, { x, y: 8, norm: 2 }, { rows: 2, width: 4 }, gpu)
      expectClose('y', y, Float64Array.of(0, 0, 0, 0, 0.3, 0.4, 0, 0), { ulps: 16, scale: 1 })
      const { dx } = await runKernel(unitGrad, { y, norm, dy: noise(8, 7), dx: 8 }, { rows: 2, width: 4, accumulate: 0 }, gpu)
      expect([...dx]).toEqual(new Array(8).fill(0))
    })
  })
}
