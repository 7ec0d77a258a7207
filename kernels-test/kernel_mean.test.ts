import { describe, it } from 'vitest'
import { kernelMean, kernelMeanGrad } from '../src/kernels/kernel_mean.js'
import * as reference from '../src/reference/kernel_mean.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

/** The last row of either side has no share. */
function inputsOf(rows: number, others: number, width: number, apart: boolean): reference.KernelMeanInputs {
  const share = (n: number, seed: number) => noise(n, seed).map((value, i) => (n > 1 && i === n - 1 ? 0 : value))
  const sigma = Float64Array.of(0.5, 1, 3)
  return { a: noise(rows * width, 1), shareA: share(rows, 2), b: noise(others * width, 3), shareB: share(others, 4), sigma, apart }
}

describe('kernel_mean', () => {
  it('has a reference gradient that matches finite differences', () => {
    const inputs = inputsOf(4, 5, 4, true)
    const loss = (a: Float64Array) => dot(reference.kernelMean({ ...inputs, a }), inputs.shareA)
    expectGrad('da', reference.kernelMeanGrad(inputs), finiteDifference(loss, inputs.a))
  })

  // Rows about a workgroup of 64; sides of other sizes and of one row.
  for (const [rows, others, width] of [
    [1, 1, 4],
    [63, 5, 12],
    [64, 64, 8],
    [65, 130, 36],
  ] as const) {
    for (const apart of [false, true]) {
      it(`matches the reference at [${rows}, ${width}] with ${others}${apart ? ', apart' : ''}, rows without a share not being read`, async () => {
        const inputs = inputsOf(rows, others, width, apart)
        const { a, b, shareA, shareB, sigma } = inputs
        const hidden = (x: Float64Array, share: Float64Array) => x.map((v, at) => (share[Math.floor(at / width)] === 0 ? Number.NaN : v))
        const buffers = { a: hidden(a, shareA), shareA, b: hidden(b, shareB), shareB, sigma }
        const params = { rows, others, width, widths: 3, apart: apart ? 1 : 0 }
        const { sum } = await runKernel(kernelMean, { ...buffers, sum: rows }, params)
        // exp of a sum of width squares, each off by a few roundings of the sum.
        const ulps = 16 + 2 * width
        expectClose('sum', sum, reference.kernelMean(inputs), { ulps, scale: 3 * others })
        const [scale, share] = [-2, Math.fround(0.7)]
        const want = reference.kernelMeanGrad(inputs).map((value) => scale * share * value)
        const given = { ...buffers, share: Float64Array.of(share) }
        const size = 12 * others
        const { da } = await runKernel(kernelMeanGrad, { ...given, da: rows * width }, { ...params, scale, accumulate: 0 })
        expectClose('da', da, want, { ulps, scale: size })
        const before = noise(rows * width, 5)
        const more = await runKernel(kernelMeanGrad, { ...given, da: before }, { ...params, scale, accumulate: 1 })
        expectClose(
          'da on top',
          more.da,
          want.map((value, at) => value + before[at]!),
          { ulps, scale: 1 + size },
        )
      })
    }
  }
})
