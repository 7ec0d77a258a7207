// The plain-loop twin of shaders/attention*.wgsl with operands in f16, in float64: attention's, with operands rounded first, and what
// softmax makes of them before it is multiplied. Slow on purpose.

import { type AttentionInputs, type AttentionShape, attentionDelta, forEachQuery, type Keep, keepAll, logSumExpOf } from './attention.js'
import { nearestHalf } from './to_half.js'

/** What becomes of a weight before it is multiplied. Tests put in what one a little off might become instead. */
export type Rounding = (weight: number) => number

/** What a query and a key that it sees are to each other on the way back. */
export interface Pair {
  /** Where the query's columns start in q, y and dy. */
  readonly query: number
  /** Where the key's columns start in k and v. */
  readonly key: number
  /** exp(s[j] - logSumExp) */
  readonly weight: number
  /** What it is multiplied by once it is made. */
  readonly kept: number
  /** The gradient at scale · s[j]: weight · (kept · half(dy)·half(v) - delta). */
  readonly grad: number
  /** The same with all terms of the difference positive: what its roundings are relative to. */
  readonly size: number
}

/** q, k and v as halves. */
export const inHalves = (inputs: AttentionInputs): AttentionInputs => ({
  ...inputs,
  q: inputs.q.map(nearestHalf),
  k: inputs.k.map(nearestHalf),
  v: inputs.v.map(nearestHalf),
})

/**
 * y [B, queries, heads·headWidth] = Σ_j half(w[j])·half(v[j]) / Σ_j w[j] with w[j] = exp(s[j]) / 2^m, the highest in (1/2, 1], of scores
 * of half(q) and half(k); and logSumExp [B, heads, queries] of these. Both 0 for a query that sees no key.
 */
export function attentionHalf(
  inputs: AttentionInputs,
  shape: AttentionShape,
  round: Rounding = nearestHalf,
  keep = keepAll,
): { y: Float64Array; logSumExp: Float64Array } {
  const halves = inHalves(inputs)
  const y = new Float64Array(inputs.q.length)
  const logSumExp = new Float64Array(shape.batch * shape.heads * shape.queries)
  forEachQuery(halves, shape, (query, line, scores, keys) => {
    if (scores.length === 0) return
    const top = Math.LN2 * Math.ceil(Math.max(...scores) / Math.LN2)
    const weights = scores.map((score) => Math.exp(score - top))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    logSumExp[line] = top + Math.log(total)
    weights.forEach((weight, j) => {
      for (let c = 0; c < shape.headWidth; c++) y[query + c]! += (keep(line, j) * round(weight) * halves.v[keys[j]! + c]!) / total
    })
  })
  return { y, logSumExp }
}

/** The gradients at q, k and v, 0 where nothing was seen: weights and gradients of {@link forEachPair} are rounded before they are multiplied. */
export function attentionHalfGrad(
  inputs: AttentionInputs,
  dy: Float64Array,
  shape: AttentionShape,
  round: Rounding = nearestHalf,
  keep = keepAll,
): { dq: Float64Array; dk: Float64Array; dv: Float64Array } {
  const { q, k } = inHalves(inputs)
  const pulls = dy.map(nearestHalf)
  const [dq, dk, dv] = [new Float64Array(q.length), new Float64Array(k.length), new Float64Array(k.length)]
  forEachPair(inputs, dy, shape, keep, ({ query, key, weight, kept, grad }) => {
    for (let c = 0; c < shape.headWidth; c++) {
      dq[query + c]! += shape.scale * round(grad) * k[key + c]!
      dk[key + c]! += shape.scale * round(grad) * q[query + c]!
      dv[key + c]! += kept * round(weight) * pulls[query + c]!
    }
  })
  return { dq, dk, dv }
}

/** Visits every query with every key that it sees. delta is of y and of dy as it is, all else of half(dy). */
export function forEachPair(
  inputs: AttentionInputs,
  dy: Float64Array,
  shape: AttentionShape,
  keep: Keep,
  visit: (pair: Pair) => void,
): void {
  const halves = inHalves(inputs)
  const pulls = dy.map(nearestHalf)
  const delta = attentionDelta(attentionHalf(inputs, shape, nearestHalf, keep).y, dy, shape)
  forEachQuery(halves, shape, (query, line, scores, keys) => {
    const level = logSumExpOf(scores)
    scores.forEach((score, j) => {
      const key = keys[j]!
      const weight = Math.exp(score - level)
      const kept = keep(line, j)
      let pull = 0
      let size = Math.abs(delta[line]!)
      for (let c = 0; c < shape.headWidth; c++) {
        pull += pulls[query + c]! * halves.v[key + c]!
        size += kept * Math.abs(pulls[query + c]! * halves.v[key + c]!)
      }
      visit({ query, key, weight, kept, grad: weight * (kept * pull - delta[line]!), size: weight * size })
    })
  })
}
