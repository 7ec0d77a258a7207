// The plain-loop twin of shaders/attention_half*.wgsl, in float64: attention's, with operands rounded first, and what softmax makes of them
// before it is multiplied. Slow on purpose.

import { type AttentionInputs, type AttentionShape, forEachQuery } from './attention.js'
import { nearestHalf } from './to_half.js'

/** What becomes of a number before it is multiplied. Tests put in what a number a little off might become instead. */
export type Rounding = (x: number) => number

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
      for (let c = 0; c < shape.headWidth; c++) y[query + c]! += (round(weight) * halves.v[keys[j]! + c]!) / total
    })
  })
  return { y, logSumExp }
}
