import { attention, attentionGradKeyValue, attentionGradQuery } from '../src/kernels/attention.js'
import {
  attentionDropped,
  attentionDroppedGradKeyValue,
  attentionDroppedGradQuery,
  attentionHalfDropped,
  attentionHalfDroppedGradKeyValue,
  attentionHalfDroppedGradQuery,
} from '../src/kernels/attention_dropped.js'
import { workload } from './workload.js'

// The shape of attention.bench.ts, whose kernels stand beside for comparison: a pose decoder's own frames.
const layout = { queryStride: 384, keyStride: 384, keyColumn: 128, valueColumn: 256 }
const whole = { batch: 8, queries: 152, keys: 152, heads: 4, headWidth: 32, causal: 1, scale: 1 / Math.sqrt(32), ...layout }
const { batch, queries, heads, headWidth } = whole
const params = { ...whole, stream: 3, rate: 0.1 }
const n = batch * queries * heads * headWidth
const lines = batch * heads * queries
const keyLengths = new Uint32Array(batch).fill(whole.keys)
const seed = Uint32Array.of(1, 2, 0, 0)
const qkv = { q: 3 * n, k: 3 * n, v: 3 * n }
// Of noise the scores are about 0, so every query's log-sum-exp is about that of its number of keys; delta is about 0.
const rowStats = Float32Array.from({ length: 2 * lines }, (_, i) => (i % 2 === 0 ? Math.log(1 + ((i >> 1) % queries)) : 0))

/** Halves of ordinary size, two to a word: 1, -0.5 and 0.25, 2. */
const halves = (count: number) => Uint32Array.from({ length: count / 2 }, (_, i) => (i % 2 === 0 ? 0xb8003c00 : 0x40003400))
const inHalves = { q: halves(3 * n), k: halves(3 * n), v: halves(3 * n) }
const backward = { ...qkv, dy: n, rowStats, keyLengths }
const halfBackward = { ...inHalves, dy: halves(n), rowStats, keyLengths }
const outputs = { y: n, logSumExp: lines }

export default [
  workload(attentionDropped, 'a tenth dropped', params, { ...qkv, keyLengths, ...outputs, seed }),
  workload(attention, 'none dropped', whole, { ...qkv, keyLengths, ...outputs }),
  workload(attentionDroppedGradQuery, 'a tenth dropped', params, { ...backward, dq: 3 * n, seed }),
  workload(attentionGradQuery, 'none dropped', whole, { ...backward, dq: 3 * n }),
  workload(attentionDroppedGradKeyValue, 'a tenth dropped', params, { ...backward, dkv: 3 * n, seed }),
  workload(attentionGradKeyValue, 'none dropped', whole, { ...backward, dkv: 3 * n }),
  workload(attentionHalfDropped, 'a tenth dropped', params, { ...inHalves, keyLengths, ...outputs, seed }),
  workload(attentionHalfDroppedGradQuery, 'a tenth dropped', params, { ...halfBackward, dq: 3 * n, seed }),
  workload(attentionHalfDroppedGradKeyValue, 'a tenth dropped', params, { ...halfBackward, dkv: 3 * n, seed }),
]
