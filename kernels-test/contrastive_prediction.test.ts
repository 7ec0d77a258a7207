import { describe, expect, it } from 'vitest'
import { contrastivePrediction, contrastivePredictionGrad, contrastivePredictionGradRows } from '../src/kernels/contrastive_prediction.js'
import * as reference from '../src/reference/contrastive_prediction.js'
import { expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

interface Sizes {
  readonly predictions: number
  readonly rows: number
  readonly width: number
  readonly slots: number
}

/** Partners all over the rows, every fifth pair without one, the last row nobody's; and the pairs of each row. */
function inputsOf({ predictions, rows, width, slots }: Sizes, size = 1) {
  const partner = Uint32Array.from({ length: predictions * slots }, (_, p) =>
    p % 5 === 4 ? rows + p : (7 * p + 3) % Math.max(1, rows - 1),
  )
  const pairs = Array.from({ length: rows }, (_, r) => [...partner.keys()].filter((p) => partner[p] === r))
  const start = Uint32Array.from({ length: rows + 1 }, (_, r) => pairs.slice(0, r).flat().length)
  const reverse = Uint32Array.from({ length: partner.length }, (_, k) => pairs.flat()[k] ?? 0)
  return {
    h: noise(predictions * width, 1, size),
    z: noise(rows * width, 2, size),
    partner,
    share: noise(partner.length, 3),
    start,
    reverse,
  }
}

async function expectMatch(sizes: Sizes, inputs: ReturnType<typeof inputsOf>, seen = inputs, size = 1): Promise<void> {
  const { predictions, rows, width, slots } = sizes
  const { h, partner, share, start, reverse } = inputs
  const { loss, slope } = reference.contrastivePrediction(seen, sizes)
  const { result } = await runKernel(
    contrastivePrediction,
    { h, z: inputs.z, partner, weight: share, result: 2 * partner.length },
    { predictions, rows, width, slots },
  )
  // A score sums width products of up to size².
  const ulps = 8 + Math.sqrt(width)
  const scale = 1 + width * size * size
  expectClose(
    'loss',
    result.filter((_, at) => at % 2 === 0),
    loss.map((value, p) => value * share[p]!),
    { ulps, scale },
  )
  expectClose(
    'slope',
    result.filter((_, at) => at % 2 === 1),
    slope,
    { ulps, scale },
  )
  const want = reference.contrastivePredictionGrad(seen, share, sizes)
  const given = Float64Array.from({ length: 2 * partner.length }, (_, at) => (at % 2 === 1 ? slope[at >> 1]! : 0))
  const { dh } = await runKernel(
    contrastivePredictionGrad,
    { z: inputs.z, partner, result: given, share, dh: h.length },
    { predictions, rows, width, slots },
  )
  expectClose('dh', dh, want.dh, { ulps: 8, scale: size * slots })
  const buffers = { h, result: given, share, start, reverse }
  const { dz } = await runKernel(contrastivePredictionGradRows, { ...buffers, dz: rows * width }, { rows, width, slots, accumulate: 0 })
  const most = size * (1 + (predictions * slots) / rows)
  expectClose('dz', dz, want.dz, { ulps: 8, scale: most })
  const before = noise(rows * width, 4)
  const more = await runKernel(contrastivePredictionGradRows, { ...buffers, dz: before }, { rows, width, slots, accumulate: 1 })
  expectClose(
    'dz on top',
    more.dz,
    want.dz.map((value, at) => value + before[at]!),
    { ulps: 8, scale: 1 + most },
  )
}

describe('contrastive_prediction', () => {
  it('has reference gradients that match finite differences', () => {
    const sizes = { predictions: 3, rows: 5, width: 4, slots: 3 }
    const inputs = inputsOf(sizes)
    const grads = reference.contrastivePredictionGrad(inputs, inputs.share, sizes)
    const along = (part: 'h' | 'z') =>
      finiteDifference(
        (at) => reference.contrastivePrediction({ ...inputs, [part]: at }, sizes).loss.reduce((sum, v, p) => sum + v * inputs.share[p]!, 0),
        inputs[part],
      )
    expectGrad('dh', grads.dh, along('h'))
    expectGrad('dz', grads.dz, along('z'))
  })

  // Pairs and vectors about a workgroup of 64: one; 63; 64; a prime.
  for (const sizes of [
    { predictions: 1, rows: 1, width: 4, slots: 1 },
    { predictions: 21, rows: 9, width: 12, slots: 3 },
    { predictions: 16, rows: 40, width: 8, slots: 4 },
    { predictions: 61, rows: 17, width: 64, slots: 11 },
  ]) {
    it(`matches the reference of ${sizes.predictions} predictions of ${sizes.width}, ${sizes.slots} slots, ${sizes.rows} rows`, () =>
      expectMatch(sizes, inputsOf(sizes)))
  }

  it('never reads rows that are nobody’s partner, and gives them 0', async () => {
    const sizes = { predictions: 5, rows: 6, width: 8, slots: 3 }
    const seen = inputsOf(sizes)
    await expectMatch(sizes, { ...seen, z: seen.z.map((value, at) => (at >= 5 * 8 ? Number.NaN : value)) }, seen)
  })

  it('stays finite and right for scores of hundreds', async () => {
    const sizes = { predictions: 9, rows: 7, width: 16, slots: 3 }
    const inputs = inputsOf(sizes, 12)
    await expectMatch(sizes, inputs, inputs, 12)
    expect(Math.max(...reference.contrastivePrediction(inputs, sizes).loss)).toBeGreaterThan(200)
  })
})
