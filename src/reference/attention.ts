// The plain-loop twin of shaders/attention*.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface AttentionShape {
  readonly batch: number
  readonly queries: number
  readonly keys: number
  readonly heads: number
  readonly headWidth: number
  /** 0 or 1 */
  readonly causal: number
  readonly scale: number
}

export interface AttentionInputs {
  /** [B, queries, heads·headWidth] */
  readonly q: Float64Array
  /** [B, keys, heads·headWidth] */
  readonly k: Float64Array
  /** [B, keys, heads·headWidth] */
  readonly v: Float64Array
  /** [B] */
  readonly keyLengths: Uint32Array
}

/** What the weight that a query, by its place in [B, heads, queries], gives a key is multiplied by once the softmax is made. */
export type Keep = (line: number, key: number) => number

/** Nothing is dropped. */
export const keepAll: Keep = () => 1

/** y [B, queries, heads·headWidth] and logSumExp [B, heads, queries]; both 0 for a query that sees no key. */
export function attention(inputs: AttentionInputs, shape: AttentionShape, keep = keepAll): { y: Float64Array; logSumExp: Float64Array } {
  const { v } = inputs
  const y = new Float64Array(inputs.q.length)
  const logSumExp = new Float64Array(shape.batch * shape.heads * shape.queries)
  forEachQuery(inputs, shape, (query, line, scores, keys) => {
    if (scores.length === 0) return
    const level = logSumExpOf(scores)
    logSumExp[line] = level
    scores.forEach((score, j) => {
      for (let c = 0; c < shape.headWidth; c++) y[query + c]! += keep(line, j) * Math.exp(score - level) * v[keys[j]! + c]!
    })
  })
  return { y, logSumExp }
}

/** delta [B, heads, queries]: Σ dy·y over each head. */
export function attentionDelta(y: Float64Array, dy: Float64Array, shape: AttentionShape): Float64Array {
  const { batch, queries, heads, headWidth } = shape
  const delta = new Float64Array(batch * heads * queries)
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        for (let c = 0; c < headWidth; c++) {
          const at = ((b * queries + i) * heads + h) * headWidth + c
          delta[(b * heads + h) * queries + i]! += dy[at]! * y[at]!
        }
      }
    }
  }
  return delta
}

/** The gradients at q, k and v, each shaped like it; 0 where nothing was seen. */
export function attentionGrad(
  inputs: AttentionInputs,
  dy: Float64Array,
  shape: AttentionShape,
  keep = keepAll,
): { dq: Float64Array; dk: Float64Array; dv: Float64Array } {
  const { q, k, v } = inputs
  const dq = new Float64Array(q.length)
  const dk = new Float64Array(k.length)
  const dv = new Float64Array(v.length)
  const delta = attentionDelta(attention(inputs, shape, keep).y, dy, shape)
  forEachQuery(inputs, shape, (query, line, scores, keys) => {
    const level = logSumExpOf(scores)
    scores.forEach((score, j) => {
      const key = keys[j]!
      const weight = Math.exp(score - level)
      let weightGrad = 0
      for (let c = 0; c < shape.headWidth; c++) weightGrad += dy[query + c]! * v[key + c]!
      const kept = keep(line, j)
      const scoreGrad = weight * (kept * weightGrad - delta[line]!) * shape.scale
      for (let c = 0; c < shape.headWidth; c++) {
        dq[query + c]! += scoreGrad * k[key + c]!
        dk[key + c]! += scoreGrad * q[query + c]!
        dv[key + c]! += kept * weight * dy[query + c]!
      }
    })
  })
  return { dq, dk, dv }
}

/** Visits every query of every head: where its columns start, its place in [B, heads, queries], its visible scores and where their keys start. */
export function forEachQuery(
  { q, k, keyLengths }: AttentionInputs,
  { batch, queries, keys, heads, headWidth, causal, scale }: AttentionShape,
  visit: (query: number, line: number, scores: number[], keys: number[]) => void,
): void {
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const query = ((b * queries + i) * heads + h) * headWidth
        const scores: number[] = []
        const starts: number[] = []
        for (let j = 0; j < keyLengths[b]! && j < keys; j++) {
          if (causal && j > i) break
          const key = ((b * keys + j) * heads + h) * headWidth
          let product = 0
          for (let c = 0; c < headWidth; c++) product += q[query + c]! * k[key + c]!
          scores.push(scale * product)
          starts.push(key)
        }
        visit(query, (b * heads + h) * queries + i, scores, starts)
      }
    }
  }
}

/** log Σ exp(scores), of one score or more. */
export function logSumExpOf(scores: readonly number[]): number {
  const top = Math.max(...scores)
  return top + Math.log(scores.reduce((sum, score) => sum + Math.exp(score - top), 0))
}
