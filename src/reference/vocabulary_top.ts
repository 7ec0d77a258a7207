// The plain twin of shaders/vocabulary_top.wgsl, in float64: all shards at once.

import { type TopLogProbsShape, topLogProbs } from './top_log_probs.js'

/** The k highest logits of each row, [rows, k], their classes and log-probabilities; the lower class of two alike first. */
export function vocabularyTop(logits: Float64Array, shape: TopLogProbsShape) {
  const { value, id } = topLogProbs(logits, shape)
  const top = Float64Array.from(id, (column, i) => logits[Math.floor(i / shape.k) * shape.stride + column]!)
  return { top, id, value }
}
