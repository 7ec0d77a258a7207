import { attention, attentionDelta, attentionGradKeyValue, attentionGradQuery } from '../src/kernels/attention.js'
import { workload } from './workload.js'

// A pose decoder's own frames: batch 8, 4 heads of 32, 152 frames, causal; queries, keys and values side by side.
const note = 'pose decoder, own frames'
const layout = { queryStride: 384, keyStride: 384, keyColumn: 128, valueColumn: 256 }
const params = { batch: 8, queries: 152, keys: 152, heads: 4, headWidth: 32, causal: 1, scale: 1 / Math.sqrt(32), ...layout }
const { batch, queries, heads, headWidth } = params
const n = batch * queries * heads * headWidth
const qkv = { q: 3 * n, k: 3 * n, v: 3 * n }
const rowStats = batch * heads * queries
const keyLengths = new Uint32Array(batch).fill(params.keys)
// Of noise the scores are about 0, so every query's log-sum-exp is about that of its number of keys; delta is about 0.
const ofQueries = Float32Array.from({ length: 2 * rowStats }, (_, i) => (i % 2 === 0 ? Math.log(1 + ((i >> 1) % queries)) : 0))

export default [
  workload(attention, note, params, { ...qkv, keyLengths, y: n, logSumExp: rowStats }),
  workload(attentionDelta, note, { batch, queries, heads, headWidth }, { y: n, dy: n, logSumExp: rowStats, rowStats: 2 * rowStats }),
  workload(attentionGradQuery, note, params, { ...qkv, dy: n, rowStats: ofQueries, keyLengths, dq: 3 * n }),
  workload(attentionGradKeyValue, note, params, { ...qkv, dy: n, rowStats: ofQueries, keyLengths, dkv: 3 * n }),
]
