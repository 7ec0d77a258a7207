import { attention, attentionDelta, attentionGradKeyValue, attentionGradQuery } from '../src/kernels/attention.js'
import { workload } from './workload.js'

// A pose decoder's own frames: batch 8, 4 heads of 32, 152 frames, causal.
const note = 'pose decoder, own frames'
const params = { batch: 8, queries: 152, keys: 152, heads: 4, headWidth: 32, causal: 1, scale: 1 / Math.sqrt(32) }
const { batch, queries, heads, headWidth } = params
const n = batch * queries * heads * headWidth
const lines = batch * heads * queries
const keyLengths = new Uint32Array(batch).fill(params.keys)
// Of noise the scores are about 0, so every query's log-sum-exp is about that of its number of keys; delta is about 0.
const ofQueries = Float32Array.from({ length: 2 * lines }, (_, i) => (i % 2 === 0 ? Math.log(1 + ((i >> 1) % queries)) : 0))

export default [
  workload(attention, note, params, { q: n, k: n, v: n, keyLengths, y: n, logSumExp: lines }),
  workload(attentionDelta, note, { batch, queries, heads, headWidth }, { y: n, dy: n, logSumExp: lines, lines: 2 * lines }),
  workload(attentionGradQuery, note, params, { q: n, k: n, v: n, dy: n, lines: ofQueries, keyLengths, dq: n }),
  workload(attentionGradKeyValue, note, params, { q: n, k: n, v: n, dy: n, lines: ofQueries, keyLengths, dk: n, dv: n }),
]
