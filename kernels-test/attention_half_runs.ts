// Attention of halves and its gradients held against the reference, with all weights or with a share of them dropped.

import { attentionHalf, attentionHalfGradKeyValue, attentionHalfGradQuery } from '../src/kernels/attention_half.js'
import { type AttentionShape, attentionDelta, keepAll } from '../src/reference/attention.js'
import { type Drops, keepOf } from '../src/reference/attention_dropped.js'
import * as reference from '../src/reference/attention_half.js'
import { nearestHalf, toHalf } from '../src/reference/to_half.js'
import { inputsOf as anyInputs, type Inputs, sideBySide } from './attention_inputs.js'
import { gradientsOf, launcher, type Run } from './attention_runs.js'
import { expectClose } from './harness.js'

/** Inputs that halves hold with all 11 digits: what becomes of smaller numbers the tests of linear_half say. */
export function inputsOf(...args: Parameters<typeof anyInputs>): Inputs {
  const inputs = anyInputs(...args)
  const held = (x: Float64Array) => x.map((v) => (Math.abs(v) < 2 ** -14 ? 0.5 : v))
  return { q: held(inputs.q), k: held(inputs.k), v: held(inputs.v), dy: held(inputs.dy), keyLengths: inputs.keyLengths }
}

const whole = { attention: attentionHalf, gradQuery: attentionHalfGradQuery, gradKeyValue: attentionHalfGradKeyValue }

/** Runs all three kernels, the gradients on what the reference makes of the first. `given` may differ from `inputs` where it must not matter. */
export async function run(shape: AttentionShape, inputs: Inputs, how: Run = {}, given = inputs) {
  const { by = whole, drops } = how
  const keep = drops && keepOf(shape, drops)
  const want = {
    ...reference.attentionHalf(inputs, shape, nearestHalf, keep),
    ...reference.attentionHalfGrad(inputs, inputs.dy, shape, nearestHalf, keep),
  }
  const delta = attentionDelta(want.y, inputs.dy, shape)
  const rowStats = Float64Array.from({ length: 2 * delta.length }, (_, i) => (i % 2 === 0 ? want.logSumExp : delta)[i >> 1]!)
  const width = shape.heads * shape.headWidth
  const { q, k, v, columns } = sideBySide(given, width)
  const launch = launcher({ ...shape, ...columns }, how)
  const halves = { q: toHalf(q), k: toHalf(k), v: toHalf(v), keyLengths: given.keyLengths }
  const { y, logSumExp } = await launch(by.attention, { ...halves, y: inputs.q.length, logSumExp: delta.length })
  const backward = { ...halves, dy: toHalf(given.dy), rowStats }
  const { dq } = await launch(by.gradQuery, { ...backward, dq: q.length })
  const { dkv } = await launch(by.gradKeyValue, { ...backward, dkv: k.length })
  return { got: { y: y!, logSumExp: logSumExp!, ...gradientsOf(dq!, dkv!, width) }, want }
}

const ULP = 2 ** -24

/**
 * How far apart the halves of two numbers can be that are up to `off` from x: nothing, but where the border between two halves lies there.
 * Below 2^-14 adapters may take 0, or keep all digits.
 */
function doubt(x: number, off: number): number {
  const small = Math.abs(x) - off < 2 ** -14 ? Math.abs(x) + off : 0
  return nearestHalf(x + off) - nearestHalf(x - off) + small
}

/** What the outputs may be off by because a weight or gradient that is `off` from the reference's, relatively, became another half. */
function slackOf(inputs: Inputs, shape: AttentionShape, off: number, keep = keepAll) {
  const abs = (x: Float64Array) => x.map(Math.abs)
  const { y } = reference.attentionHalf({ ...inputs, v: abs(inputs.v) }, shape, (weight) => doubt(weight, weight * off), keep)
  const [dq, dk, dv] = [inputs.q, inputs.k, inputs.v].map((x) => new Float64Array(x.length)) as [Float64Array, Float64Array, Float64Array]
  reference.forEachPair(inputs, inputs.dy, shape, keep, ({ query, key, weight, kept, grad, size }) => {
    const grads = shape.scale * doubt(grad, size * off)
    const weights = kept * doubt(weight, weight * off)
    for (let c = 0; c < shape.headWidth; c++) {
      dq[query + c]! += grads * Math.abs(inputs.k[key + c]!)
      dk[key + c]! += grads * Math.abs(inputs.q[query + c]!)
      dv[key + c]! += weights * Math.abs(inputs.dy[query + c]!)
    }
  })
  return { y, dq, dk, dv }
}

/**
 * All outputs within the roundings that the test of attention gives reasons for, a weight being off by 8 · (1 + highest) of itself, a gradient
 * by as much of the numbers it is a difference of; and what that makes of the halves they become.
 */
export function expectAllClose(
  { got, want }: Awaited<ReturnType<typeof run>>,
  inputs: Inputs,
  shape: AttentionShape,
  highest = 2,
  drops?: Drops,
): void {
  const { headWidth, queries, keys, causal, scale } = shape
  const roundings = 8 * (1 + highest)
  const ulps = roundings + keys / 8
  const slack = slackOf(inputs, shape, roundings * ULP, drops && keepOf(shape, drops))
  const kept = 1 / (1 - (drops?.rate ?? 0))
  const grad = kept * Math.sqrt(headWidth) * scale
  const perKey = 1 + (causal ? Math.log(queries) : (2 * queries) / keys)
  const tolerance = (size: number, doubts: Float64Array) => ({ ulps, scale: doubts.map((one) => size + one / (ulps * ULP)) })
  expectClose('logSumExp', got.logSumExp, want.logSumExp, { ulps: 8, scale: highest + Math.log(keys) })
  expectClose('y', got.y, want.y, tolerance(kept, slack.y))
  expectClose('dq', got.dq, want.dq, tolerance(grad, slack.dq))
  expectClose('dk', got.dk, want.dk, tolerance(perKey * grad, slack.dk))
  expectClose('dv', got.dv, want.dv, tolerance(perKey * kept, slack.dv))
}
