import type { Tensor } from '../device/memory.js'
import { attentionDelta, attentionGradKeyValue, attentionGradQuery, attention as attentionKernel } from '../kernels/attention.js'
import { attentionRow } from '../kernels/attention_row.js'
import { cacheAppend } from '../kernels/cache_append.js'
import type { Graph } from './graph.js'

/**
 * softmax(q·kᵀ/√(head width))·v for each head; the score matrix is never stored.
 * q [B, Tq, D], k and v [B, Tk, D]; keys at or past keyLengths[b] are not seen, nor, when causal, keys after the query.
 */
export function attention(
  g: Graph,
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: { heads: number; keyLengths: Tensor; causal: boolean },
): Tensor {
  const [batch, queries, width] = q.shape as [number, number, number]
  const { heads, keyLengths } = options
  const headWidth = width / heads
  const params = { batch, queries, keys: k.shape[1]!, heads, headWidth, causal: options.causal ? 1 : 0, scale: 1 / Math.sqrt(headWidth) }
  const y = g.tensor('y', q.shape)
  const logSumExp = g.tensor('log_sum_exp', [batch, heads, queries])
  g.recorder.run(attentionKernel, { q, k, v, keyLengths, y, logSumExp }, params)

  g.onBackward(y, (dy) => {
    const lines = g.tensor('lines', [batch, heads, queries, 2])
    g.recorder.run(attentionDelta, { y, dy, logSumExp, lines }, { batch, queries, heads, headWidth })
    g.addSlope(q, (dq) => g.recorder.run(attentionGradQuery, { q, k, v, dy, lines, keyLengths, dq }, params))
    // One kernel fills both, so the slope of v is made inside that of k.
    const dv = g.tensor('dv', v.shape)
    g.addSlope(k, (dk) => g.recorder.run(attentionGradKeyValue, { q, k, v, dy, lines, keyLengths, dk, dv }, params))
    g.shareSlope([v], dv)
  })
  return y
}

/** A layer's keys and values so far, [B, capacity, D] each. */
export interface Cache {
  readonly keys: Tensor
  readonly values: Tensor
}

/** Appends this frame's key and value [B, D] at lengths[b]. */
export function appendToCache(g: Graph, cache: Cache, k: Tensor, v: Tensor, lengths: Tensor): void {
  const [batch, capacity, width] = cache.keys.shape as [number, number, number]
  const params = { batch, capacity, width }
  g.recorder.run(cacheAppend, { x: k, lengths, cache: cache.keys }, params)
  g.recorder.run(cacheAppend, { x: v, lengths, cache: cache.values }, params)
}

/** Attention of one query a sample, [B, D], over the first lengths[b] + extra rows of a cache. */
export function attentionOverCache(g: Graph, q: Tensor, cache: Cache, lengths: Tensor, options: { heads: number; extra: number }): Tensor {
  const [batch, capacity, width] = cache.keys.shape as [number, number, number]
  const headWidth = width / options.heads
  const y = g.tensor('y', q.shape)
  g.recorder.run(
    attentionRow,
    { q, keyCache: cache.keys, valueCache: cache.values, lengths, y },
    { batch, capacity, heads: options.heads, headWidth, extra: options.extra, scale: 1 / Math.sqrt(headWidth) },
  )
  return y
}
