// The plain-loop twin of shaders/attention_row.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface AttentionRowShape {
  readonly batch: number
  /** Neighbouring samples that see one cache. */
  readonly share: number
  readonly capacity: number
  readonly heads: number
  readonly headWidth: number
  readonly extra: number
  readonly scale: number
}

/** y [B, D] from q [B, D] and caches [B/share, capacity, D]: sample b sees rows j < lengths[⌊b/share⌋] + extra of its own; 0 where it sees none. */
export function attentionRow(
  q: Float64Array,
  keyCache: Float64Array,
  valueCache: Float64Array,
  lengths: Uint32Array,
  { batch, share, capacity, heads, headWidth, extra, scale }: AttentionRowShape,
): Float64Array {
  const y = new Float64Array(q.length)
  for (let b = 0; b < batch; b++) {
    const seen = Math.floor(b / share)
    const visible = Math.min(lengths[seen]! + extra, capacity)
    for (let h = 0; h < heads; h++) {
      const query = (b * heads + h) * headWidth
      const start = (j: number) => ((seen * capacity + j) * heads + h) * headWidth
      const scores: number[] = []
      for (let j = 0; j < visible; j++) {
        let product = 0
        for (let c = 0; c < headWidth; c++) product += q[query + c]! * keyCache[start(j) + c]!
        scores.push(scale * product)
      }
      const top = Math.max(...scores)
      const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0)
      scores.forEach((score, j) => {
        for (let c = 0; c < headWidth; c++) y[query + c]! += (Math.exp(score - top) / total) * valueCache[start(j) + c]!
      })
    }
  }
  return y
}
