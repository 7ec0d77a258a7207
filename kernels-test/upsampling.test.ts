import { describe, expect, it } from 'vitest'
import { upsampling, upsamplingGrad, upsamplingGradPhase, upsamplingGradSpans, upsamplingWeights } from '../src/kernels/upsampling.js'
import { tokenSpans } from '../src/reference/token_spans.js'
import * as reference from '../src/reference/upsampling.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Frames (lanes of the weights): 1, 63, 64, 65, 300. Lanes of the features (batch · length · (width + 16) / 4) end in and between workgroups;
// tokens fewer and more than a workgroup's 64 lanes. The counter is the first or the last column of a frame, its unit 1 or 1/√12.
const shapes = [
  { batch: 1, length: 1, tokens: 1, width: 4, stride: 4, column: 0, unit: 1 },
  { batch: 3, length: 21, tokens: 5, width: 12, stride: 4, column: 0, unit: Math.fround(1 / Math.sqrt(12)) },
  { batch: 2, length: 32, tokens: 4, width: 64, stride: 152, column: 150, unit: Math.fround(1 / Math.sqrt(12)) },
  { batch: 5, length: 13, tokens: 70, width: 20, stride: 8, column: 7, unit: 1 },
  { batch: 1, length: 300, tokens: 24, width: 36, stride: 4, column: 0, unit: 1 },
]
type Shape = (typeof shapes)[number]

/** Evenly running counters; of the last sentence half the tokens are padding, where features are NaN. */
function given({ batch, length, tokens, width, stride, column, unit }: Shape) {
  const lengths = Uint32Array.from({ length: batch }, (_, b) => (b === batch - 1 ? Math.ceil(tokens / 2) : tokens))
  const { spans } = tokenSpans(noise(batch * tokens * 4, 1), lengths, { tokens, stride: 4 })
  const frames = Float64Array.from({ length: batch * length * stride }, (_, i) =>
    i % stride === column ? Math.fround((Math.floor(i / stride) % length) / length / unit) : Number.NaN,
  )
  const x = noise(batch * tokens * width, 2).map((v, i) => {
    const token = Math.floor(i / width)
    return token % tokens < lengths[Math.floor(token / tokens)]! ? v : Number.NaN
  })
  return { x, frames, spans: spans.map(Math.fround), lengths }
}

/** By how much a phase is off: a moment of a rounding or two, divided by a span. */
const steepness = ({ spans }: { spans: Float64Array }): number => 1 / Math.min(...spans.filter((v, i) => i % 2 === 1 && v > 0))

describe('upsampling', () => {
  it('has reference gradients that match finite differences', () => {
    const shape = { batch: 2, length: 7, tokens: 3, width: 4, stride: 4, column: 1, unit: 0.5 }
    const inputs = given(shape)
    // No moment is where one place along a span hands over to the next: there the curve has a corner.
    inputs.frames.forEach((v, i) => {
      inputs.frames[i] = v + 0.0123
    })
    const x = inputs.x.map((v) => (Number.isNaN(v) ? 0 : v))
    const dy = noise(2 * 7 * 20, 5)
    const cost = (at: { x?: Float64Array; spans?: Float64Array }) => {
      const now = { ...inputs, x, ...at }
      return dot(reference.upsampling(now, reference.upsamplingWeights(now, shape), shape), dy)
    }
    const weight = reference.upsamplingWeights(inputs, shape)
    const { dx, dspans } = reference.upsamplingGrad({ ...inputs, x }, weight, dy, shape)
    expectGrad(
      'dx',
      dx,
      finiteDifference((at) => cost({ x: at }), x),
    )
    expectGrad(
      'dspans',
      dspans,
      finiteDifference((at) => cost({ spans: at }), inputs.spans),
    )
  })

  for (const shape of shapes) {
    const { batch, length, tokens, width } = shape
    const clock = { batch, length, tokens, stride: shape.stride, column: shape.column, unit: shape.unit }
    const rows = batch * length
    it(`matches the reference at [${batch}, ${length}, ${width}] of ${tokens} tokens`, async () => {
      const inputs = given(shape)
      const { frames, spans, lengths } = inputs
      const want = reference.upsamplingWeights(inputs, shape)
      const { weight } = await runKernel(upsamplingWeights, { frames, spans, lengths, weight: rows * tokens }, clock)
      // A score near its top moves 4.5 times as fast as the phase; those far off have no weight.
      const ulps = 8 * steepness(inputs) + 2 * tokens + 40
      expectClose('weight', weight, want, { ulps, scale: 1 })
      const given32 = want.map(Math.fround)
      const { y } = await runKernel(upsampling, { ...inputs, weight: given32, y: rows * (width + 16) }, { ...clock, width })
      // The places move 15 times as fast as the phase.
      expectClose('y', y, reference.upsampling(inputs, given32, shape), { ulps: 40 * steepness(inputs) + 2 * tokens, scale: 1 })
    })

    it(`matches the reference gradients at [${batch}, ${length}, ${width}] of ${tokens} tokens`, async () => {
      const inputs = given(shape)
      const { frames, spans, lengths } = inputs
      const weight = reference.upsamplingWeights(inputs, shape).map(Math.fround)
      const dy = noise(rows * (width + 16), 6)
      const want = reference.upsamplingGrad(inputs, weight, dy, shape)
      const { dphase } = await runKernel(upsamplingGradPhase, { ...inputs, weight, dy, dphase: rows * tokens }, { ...clock, width })
      const size = Math.max(1, ...want.dphase.map(Math.abs))
      expectClose('dphase', dphase, want.dphase, { ulps: 40 * steepness(inputs) + width + 40, scale: size })
      const given32 = want.dphase.map(Math.fround)
      const { dspans } = await runKernel(
        upsamplingGradSpans,
        { frames, spans, lengths, dphase: given32, dspans: 2 * batch * tokens },
        clock,
      )
      const steep = Math.max(1, ...want.dspans.map(Math.abs))
      expectClose('dspans', dspans, want.dspans, { ulps: 40 * steepness(inputs) + 4 * length, scale: steep })

      const n = batch * tokens * width
      const there = noise(n, 7)
      for (const accumulate of [0, 1]) {
        const { dx } = await runKernel(
          upsamplingGrad,
          { weight, dy, dx: accumulate ? there : n },
          { batch, length, tokens, width, accumulate },
        )
        const sum = want.dx.map((v, i) => v + accumulate * there[i]!)
        expectClose('dx', dx, sum, { ulps: 2 * length + 8, scale: 1 })
      }
    })
  }

  it('tells a frame of its own token alone in the middle of a span, and how far along it is', async () => {
    const spans = Float64Array.of(0, 0.5, 0.5, 0.5)
    const frames = Float64Array.of(0.25, 0, 0, 0, 0.75, 0, 0, 0)
    const shape = { batch: 1, length: 2, tokens: 2, width: 4, stride: 4, column: 0, unit: 1 }
    const x = Float64Array.of(1, 1, 1, 1, -1, -1, -1, -1)
    const weight = reference.upsamplingWeights({ frames, spans, lengths: Uint32Array.of(2) }, shape)
    const { y } = await runKernel(upsampling, { x, frames, spans, lengths: Uint32Array.of(2), weight, y: 40 }, shape)
    expect(y[0]).toBeGreaterThan(0.97)
    expect(y[20]).toBeLessThan(-0.97)
    // Half way between the 16 places, the seventh and eighth have the most.
    expect([...y.subarray(4, 20)].map((v) => v > 0.4)).toEqual(Array.from({ length: 16 }, (_, k) => k === 7 || k === 8))
  })
})
