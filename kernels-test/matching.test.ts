import { describe, expect, it } from 'vitest'
import { matching, matchingGrad, SHARPNESS } from '../src/kernels/matching.js'
import * as reference from '../src/reference/matching.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

/** ½ Σ of all losses. */
const lossOf = (s: Float64Array, shape: reference.Matching) =>
  reference.matching(s, shape).reduce((sum, v, i) => sum + (i % 2 === 0 ? v / 2 : 0), 0)

describe('matching', () => {
  it('has reference gradients that match finite differences, at cosines and at the scale', () => {
    const shape = { rows: 5, stride: 8, scale: 0.7 }
    const s = noise(40, 1)
    const { ds, dscale } = reference.matchingGrad(s, 1, shape)
    expectGrad(
      'ds',
      ds,
      finiteDifference((at) => lossOf(at, shape), s),
    )
    const along = finiteDifference(([scale]) => lossOf(s, { ...shape, scale: scale! }), Float64Array.of(0.7))
    expectGrad('dscale', Float64Array.of(dscale.reduce((sum, v) => sum + v)), along)
  })

  it('is nothing where what is found is what is wanted', () => {
    const s = new Float64Array(16).map((_, i) => (i % 5 === 0 ? SHARPNESS : 0))
    expect(lossOf(s, { rows: 4, stride: 4, scale: 0 })).toBeCloseTo(0, 12)
  })

  // One pair; a batch of 4 as released; odd ones, whose rows are padded; more than a workgroup.
  for (const rows of [1, 3, 4, 13, 64, 101]) {
    it(`matches the reference for a batch of ${rows}, padding aside`, async () => {
      const all = 4 * Math.ceil(rows / 4)
      const inside = (at: number) => Math.floor(at / all) < rows && at % all < rows
      const s = noise(all * all, rows).map((v, at) => (inside(at) ? v : 0))
      const shape = { rows, stride: all, scale: Math.fround(Math.log(1 / 0.07)) }
      const scale = Float64Array.of(shape.scale, 9, 9, 9)
      const holes = s.map((v, at) => (inside(at) ? v : Number.NaN))
      const { result } = await runKernel(matching, { s: holes, scale, result: 4 * rows }, { rows, stride: all })
      const want = reference.matching(s, shape)
      // Numbers up to 14.3 each way with an exponential of the scale (4 ulps) in all of them.
      expectClose('result', result, want, { ulps: 24, scale: 30 })

      const coefficient = Math.fround(1 / rows)
      const own = Float64Array.from({ length: rows }, (_, i) => i % 2)
      const grad = reference.matchingGrad(s, coefficient, shape)
      const given = { s: holes, scale, result: want, coefficient: Float64Array.of(coefficient), own }
      const { ds, dscale } = await runKernel(matchingGrad, { ...given, ds: all * all, dscale: 4 * all }, { rows, all, stride: all })
      // Shares up to 2 of e^2.66 / rows; what is exponentiated is up to 30 long and so wrong by as many roundings.
      expectClose('ds', ds, grad.ds, { ulps: 64, scale: (2 * 14.3) / rows })
      const first = dscale.filter((_, at) => at % 4 === 0)
      const wanted = Float64Array.from({ length: all }, (_, i) => (i < rows ? own[i]! * grad.dscale[i]! : 0))
      expectClose('dscale', first, wanted, { ulps: 128, scale: 30 / rows })
      expect([...dscale].every((v, at) => at % 4 === 0 || v === 0)).toBe(true)
    })
  }
})
