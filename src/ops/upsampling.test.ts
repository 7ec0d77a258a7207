import { describe, expect, it } from 'vitest'
import { expectClose } from '../../kernels-test/harness.js'
import * as spansReference from '../reference/token_spans.js'
import * as reference from '../reference/upsampling.js'
import { expectNear, given, ids, numbersOf, type Ran, sum, through } from './graph.testing.js'
import { tokenSpans, upsampling } from './upsampling.js'

// Two clips of 5 frames, the second of 2 tokens out of 3.
const shape = { batch: 2, length: 5, tokens: 3, width: 4, stride: 4, column: 1, unit: 0.5 }
const lengths = ids([2], 3, 2)
const tokens = lengths.data as Uint32Array
// Nearly alike: in a short span a rounding of the moment is many of the phase.
const durations = { shape: [2, 3, 4], data: numbersOf(given(1, 2, 3, 4)).map((v) => 0.2 * v) }
const features = given(2, 2, 3, 4)
const frames = {
  shape: [2, 5, 4],
  data: Float64Array.from({ length: 40 }, (_, i) => (i % 4 === 1 ? 0.37 * (Math.floor(i / 4) % 5) + 0.01 : 0)),
}
const dy = given(3, 2, 5, 20)
const inputs = { durations, features, frames, lengths }

/** A rounding of the moment is three of the phase in spans of a third, and 45 of the place; there are a few of them. */
const expectSteep = ({ out }: Ran, name: string, want: Float64Array): void =>
  expectClose(name, out[name]!, want, { ulps: 4 * 45, scale: Math.max(...want.map(Math.abs)) })

/** Frames told of tokens whose durations are in the first column of `durations`. */
const record = (wanted: readonly string[], mode: 'training' | 'inference' = 'training') =>
  through({
    inputs,
    wanted,
    mode,
    ...(mode === 'training' && { dy }),
    record: (g, { durations, features, frames, lengths }) => {
      const { spans } = tokenSpans(g, durations!, lengths!)
      return { y: upsampling(g, features!, { spans, lengths: lengths!, frames: frames!, column: 1, unit: 0.5 }) }
    },
  })

const { spans } = spansReference.tokenSpans(numbersOf(durations), tokens, shape)
const told = { x: numbersOf(features), frames: frames.data, spans, lengths: tokens }
const weight = reference.upsamplingWeights(told, shape)
const grads = reference.upsamplingGrad(told, weight, numbersOf(dy), shape)

describe('upsampling', () => {
  it('tells frames of tokens, and the gradient gets back to features and durations', async () => {
    const ran = await record(['durations', 'features'])
    expectSteep(ran, 'y', reference.upsampling(told, weight, shape))
    expectSteep(ran, 'd features', grads.dx)
    expectSteep(ran, 'd durations', spansReference.tokenSpansGrad(spans, { dspans: grads.dspans }, tokens, shape))
  })

  it('records what is wanted alone', async () => {
    const forward = ['token_spans', 'upsampling_weights', 'upsampling']
    expect(await record([], 'inference')).toMatchObject({ forward, backward: [] })
    expect((await record(['features'])).backward).toEqual(['upsampling_grad'])
    expect((await record(['durations'])).backward).toEqual(['upsampling_grad_phase', 'upsampling_grad_spans', 'token_spans_grad'])
  })
})

describe('the logarithm of all frames', () => {
  it('has a gradient, which adds to that of the spans', async () => {
    const dLog = given(4, 2, 1, 4)
    const ran = await through({
      inputs: { ...inputs, dLog },
      wanted: ['durations'],
      record: (g, { durations, features, frames, lengths, dLog }) => {
        const { spans, logFrames } = tokenSpans(g, durations!, lengths!)
        const y = upsampling(g, features!, { spans, lengths: lengths!, frames: frames!, column: 1, unit: 0.5 })
        g.shareGrad([logFrames], dLog!)
        return { y, logFrames }
      },
      dy,
    })
    const { logFrames } = spansReference.tokenSpans(numbersOf(durations), tokens, shape)
    expectNear(ran, 'logFrames', logFrames)
    const fromSpans = spansReference.tokenSpansGrad(spans, { dspans: grads.dspans }, tokens, shape)
    const fromTotal = spansReference.tokenSpansGrad(spans, { dlogFrames: numbersOf(dLog) }, tokens, shape)
    expectSteep(ran, 'd durations', sum(fromSpans, fromTotal))
    expect(ran.backward.filter((name) => name.startsWith('token_spans')).sort()).toEqual(['token_spans_grad', 'token_spans_total_grad'])
  })
})
