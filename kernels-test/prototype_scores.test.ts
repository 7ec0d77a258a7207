import { describe, expect, it } from 'vitest'
import { Random } from '../src/base/random.js'
import { prototypeScores, prototypeScoresClasses, prototypeScoresGrad, prototypeScoresMap } from '../src/kernels/prototype_scores.js'
import * as reference from '../src/reference/prototype_scores.js'
import { dot, expectClose, expectGrad, finiteDifference, forced, noise, runKernel } from './harness.js'
import { gpuForRows, type RowVariant } from './subgroup_lanes.js'

// Tokens a workgroup of rows: 64; columns of four a workgroup of scores: 64. One; around both; many classes; more tokens than classes.
const shapes = [
  { batch: 1, length: 1, classes: 2, stride: 4 },
  { batch: 3, length: 21, classes: 13, stride: 16 },
  { batch: 5, length: 13, classes: 53, stride: 56 },
  { batch: 2, length: 9, classes: 1001, stride: 1004 },
  { batch: 1, length: 300, classes: 7, stride: 8 },
]

const warmthOf = (...pair: [number, number]) => Float64Array.of(...pair.map(Math.fround), 0, 0)
/** Beyond both bounds, where they are held. */
const beyond = warmthOf(0.004, 1.7)
/** As training begins; as sharp as they may be. */
const temperatures = [warmthOf(0.1, 0.1), warmthOf(0.01, 0.02), beyond]

const variants: readonly RowVariant[] = [{ variant: 'portable' }, { variant: 'subgroup' }, { variant: 'subgroup', lanes: 32 }]

/** Cosines, NaN at padding of tokens and of columns; the gradient at the scores, 0 for the last class, which no loss wants, NaN in padding. */
function batchOf({ batch, length, classes, stride }: (typeof shapes)[number]) {
  const random = new Random(batch * 31 + length)
  const lengths = Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? length : 1 + random.below(length)))
  const s = noise(batch * length * stride, 1).map((v, i) => {
    const [t, b] = [Math.floor(i / stride) % length, Math.floor(i / stride / length)]
    return i % stride < classes && t < lengths[b]! ? v : Number.NaN
  })
  const dp = noise(batch * stride, 2).map((v, i) => (i % stride < classes - 1 ? v : i % stride < classes ? 0 : Number.NaN))
  return { lengths, s, dp }
}

/** Roundings of a share: an exponent of up to 2/τ is off by two of its own size, and e^-x·x is below 1; sums of positive numbers. */
const ulpsOf = ({ length, classes }: (typeof shapes)[number]) => 24 + length / 2 + classes / 8

/** Everything in order, from the rounded numbers that a training step would hand on. */
async function wholeOn(variant: RowVariant, shape: (typeof shapes)[number], warmth: Float64Array, gpu: Parameters<typeof runKernel>[3]) {
  const { batch, length, stride } = shape
  const { lengths, s, dp } = batchOf(shape)
  const given = { s, temperatures: warmth }
  const { overClasses } = await runKernel(
    forced(prototypeScoresClasses, variant.variant),
    { ...given, lengths, overClasses: 2 * batch * length },
    shape,
    gpu,
  )
  const scores = { ...given, lengths, overClasses, p: batch * stride, overTime: 2 * batch * stride }
  const { p, overTime } = await runKernel(prototypeScores, scores, shape)
  const { map } = await runKernel(prototypeScoresMap, { ...given, overClasses, overTime, map: s.length }, shape)
  const { ds, dTemperature } = await runKernel(
    forced(prototypeScoresGrad, variant.variant),
    { ...given, overClasses, overTime, p, dp, ds: s.length, dTemperature: 4 * batch * length },
    shape,
    gpu,
  )
  return { lengths, s, dp, overClasses, overTime, p, map, ds, dTemperature }
}

describe('prototype_scores', () => {
  it('has reference gradients that match finite differences', () => {
    const shape = { batch: 2, length: 4, classes: 5, stride: 8 }
    const { lengths, dp: given } = batchOf(shape)
    const dp = given.map((v) => v || 0)
    const s = noise(2 * 4 * 8, 3)
    const warmth = Float64Array.of(0.3, 0.2)
    const loss = (cosines: Float64Array, at: Float64Array) => dot(reference.prototypeScores(cosines, at, lengths, shape).p, dp)
    const { ds, dTemperature } = reference.prototypeScoresGrad(s, warmth, lengths, dp, shape)
    expectGrad(
      'ds',
      ds,
      finiteDifference((at) => loss(at, warmth), s),
    )
    const summed = Float64Array.from([0, 1], (k) => dTemperature.filter((_, i) => i % 4 === k).reduce((sum, v) => sum + v, 0))
    expectGrad(
      'dTemperature',
      summed,
      finiteDifference((at) => loss(s, at), warmth),
    )
  })

  it('scores a class that is in every token alone as certain, and sums its map up to that', () => {
    const shape = { batch: 1, length: 3, classes: 2, stride: 2 }
    const { p, map } = reference.prototypeScores(Float64Array.of(1, -1, 1, -1, 1, -1), [0.01, 0.01], Uint32Array.of(3), shape)
    expect(p[0]).toBeCloseTo(1, 12)
    expect(map[0]! + map[2]! + map[4]!).toBeCloseTo(1, 12)
  })
})

for (const variant of variants) {
  const { lanes } = variant
  describe(`prototype_scores, ${variant.variant}${lanes ? ` of ${lanes} lanes spelled out` : ''}`, () => {
    for (const shape of shapes)
      for (const warmth of temperatures) {
        const title = `${Object.values(shape).join('×')}, temperatures ${warmth[0]!.toFixed(3)} and ${warmth[1]!.toFixed(3)}`
        it(`matches the reference, both ways, with NaN for padding, at ${title}`, async ({ skip }) => {
          const gpu = (await gpuForRows(variant)) ?? skip('this adapter has no subgroups of one size')
          const { lengths, s, dp, ...got } = await wholeOn(variant, shape, warmth, gpu)
          const clean = dp.map((v) => v || 0)
          const parts = reference.softmaxParts(s, warmth, lengths, shape)
          const ulps = ulpsOf(shape)
          expectClose('overClasses', got.overClasses, parts.overClasses, { ulps, scale: parts.overClasses.map(Math.abs) })
          expectClose('overTime', got.overTime, parts.overTime, { ulps, scale: parts.overTime.map(Math.abs) })
          const { p, map } = reference.prototypeScores(s, warmth, lengths, shape)
          expectClose('p', got.p, p, { ulps: 2 * ulps, scale: 1 })
          expectClose('map', got.map, map, { ulps: 2 * ulps, scale: 1 })

          const grad = reference.prototypeScoresGrad(s, warmth, lengths, clean, shape)
          // Differences of shares up to 1, divided by a temperature, and for its own gradient by it again.
          const [a, b] = [0, 1].map((k) => Math.min(1, Math.max(0.01, warmth[k]!))) as [number, number]
          expectClose('ds', got.ds, grad.ds, { ulps: 3 * ulps, scale: 1 / a + 1 / b })
          const scale = grad.dTemperature.map((_, i) => 2 / (i % 4 === 0 ? a : b) ** 2)
          expectClose('dTemperature', got.dTemperature, grad.dTemperature, { ulps: 3 * ulps, scale })
        })

        it(`leaves exactly 0 at padding and for temperatures that are held, at ${title}`, async ({ skip }) => {
          const gpu = (await gpuForRows(variant)) ?? skip('this adapter has no subgroups of one size')
          const { s, map, ds, dTemperature } = await wholeOn(variant, shape, warmth, gpu)
          const stray = (made: Float32Array) => made.filter((v, i) => Number.isNaN(s[i]) && v !== 0).length
          expect([stray(map), stray(ds)]).toEqual([0, 0])
          const moved = dTemperature.filter((v) => v !== 0).length
          if (warmth === beyond) expect(moved).toBe(0)
          else if (shape.length > 1) expect(moved).toBeGreaterThan(0)
        })
      }

    it('gives a clip of no tokens 0 for every class, and no gradient', async ({ skip }) => {
      const gpu = (await gpuForRows(variant)) ?? skip('this adapter has no subgroups of one size')
      const shape = { batch: 1, length: 2, classes: 3, stride: 4 }
      const given = { s: new Float64Array(8).fill(Number.NaN), temperatures: temperatures[0]! }
      const lengths = Uint32Array.of(0)
      const { overClasses } = await runKernel(
        forced(prototypeScoresClasses, variant.variant),
        { ...given, lengths, overClasses: 4 },
        shape,
        gpu,
      )
      const { p, overTime } = await runKernel(prototypeScores, { ...given, lengths, overClasses, p: 4, overTime: 8 }, shape)
      const grads = { ...given, overClasses, overTime, p, dp: noise(4, 4), ds: 8, dTemperature: 8 }
      const { ds, dTemperature } = await runKernel(forced(prototypeScoresGrad, variant.variant), grads, shape, gpu)
      for (const numbers of [p, overTime, ds, dTemperature]) expect(numbers.every((v) => v === 0)).toBe(true)
    })
  })
}
