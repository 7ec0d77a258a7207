import { describe, expect, it } from 'vitest'
import { tokenSpans, tokenSpansGrad, tokenSpansTotalGrad } from '../src/kernels/token_spans.js'
import * as reference from '../src/reference/token_spans.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

// Sentences (lanes, 64 a workgroup): one; 63, 64, 65; several tokens and one.
const shapes = [
  { batch: 1, tokens: 1, stride: 4 },
  { batch: 63, tokens: 4, stride: 4 },
  { batch: 64, tokens: 3, stride: 8 },
  { batch: 65, tokens: 12, stride: 4 },
  { batch: 3, tokens: 300, stride: 4 },
]

/** The first sentence has all tokens, the second one, others something between; what is padding is NaN. */
function given({ batch, tokens, stride }: (typeof shapes)[number]) {
  const lengths = Uint32Array.from({ length: batch }, (_, b) => (b === 0 ? tokens : b === 1 ? 1 : 1 + ((7 * b) % tokens)))
  const real = (i: number) => i % stride === 0 && Math.floor(i / stride) % tokens < lengths[Math.floor(i / stride / tokens)]!
  return { lengths, x: noise(batch * tokens * stride, 1, 3).map((v, i) => (real(i) ? v : Number.NaN)) }
}

describe('token_spans', () => {
  it('has a reference gradient that matches finite differences', () => {
    const shape = { tokens: 4, stride: 4 }
    const lengths = Uint32Array.of(4, 2)
    const x = noise(32, 1)
    const [dspans, dlogFrames] = [noise(16, 2), noise(8, 3).map((v, i) => (i % 4 === 0 ? v : 0))]
    const cost = (at: Float64Array) => {
      const { spans, logFrames } = reference.tokenSpans(at, lengths, shape)
      return dot(spans, dspans) + dot(logFrames, dlogFrames)
    }
    const { spans } = reference.tokenSpans(x, lengths, shape)
    expectGrad('dx', reference.tokenSpansGrad(spans, { dspans, dlogFrames }, lengths, shape), finiteDifference(cost, x))
  })

  for (const shape of shapes) {
    const { batch, tokens, stride } = shape
    it(`matches the reference at [${batch}, ${tokens}, ${stride}]`, async () => {
      const { x, lengths } = given(shape)
      const want = reference.tokenSpans(x, lengths, shape)
      const { spans, logFrames } = await runKernel(tokenSpans, { x, lengths, spans: 2 * batch * tokens, logFrames: 4 * batch }, shape)
      // An exponential of 3 + 2·6 ulps, its sum and the begins of `tokens` roundings, a quotient of 5.
      expectClose('spans', spans, want.spans, { ulps: 2 * tokens + 40, scale: 1 })
      expectClose('logFrames', logFrames, want.logFrames, { ulps: tokens + 40, scale: 8 })
    })

    it(`matches the reference gradients at [${batch}, ${tokens}, ${stride}], replacing and adding`, async () => {
      const { x, lengths } = given(shape)
      const spans = reference.tokenSpans(x, lengths, shape).spans.map(Math.fround)
      const padding = (i: number) => Math.floor(i / 2) % tokens >= lengths[Math.floor(i / 2 / tokens)]!
      const dspans = noise(2 * batch * tokens, 2).map((v, i) => (padding(i) ? Number.NaN : v))
      const dlogFrames = noise(4 * batch, 3).map((v, i) => (i % 4 === 0 ? v : Number.NaN))
      const n = batch * tokens * stride
      const there = noise(n, 4)
      // A sum over the tokens after each, of numbers up to 1.
      const tolerance = { ulps: 4 * tokens + 8, scale: tokens }
      for (const [name, kernel, dy] of [
        ['spans', tokenSpansGrad, { dspans }],
        ['total', tokenSpansTotalGrad, { dlogFrames }],
      ] as const) {
        const want = reference.tokenSpansGrad(spans, dy, lengths, shape)
        const run = (dx: number | Float64Array, accumulate: number) =>
          runKernel(kernel as typeof tokenSpansGrad, { ...(dy as { dspans: Float64Array }), spans, lengths, dx }, { ...shape, accumulate })
        expectClose(name, (await run(n, 0)).dx, want, tolerance)
        const added = want.map((v, i) => v + there[i]!)
        expectClose(`${name} added`, (await run(there, 1)).dx, added, tolerance)
      }
    })
  }

  it('is finite for durations that no exponential holds', async () => {
    const x = Float64Array.of(500, 0, 0, 0, 500, 0, 0, 0, -500, 0, 0, 0)
    const { spans, logFrames } = await runKernel(
      tokenSpans,
      { x, lengths: Uint32Array.of(3), spans: 6, logFrames: 4 },
      { batch: 1, tokens: 3, stride: 4 },
    )
    expect([...spans]).toEqual([0, 0.5, 0.5, 0.5, 1, 0])
    expect(logFrames[0]).toBeCloseTo(500 + Math.log(2), 3)
  })
})
