import { attentionHalf, attentionHalfGradKeyValue, attentionHalfGradQuery } from '../src/kernels/attention_half.js'
import { workload } from './workload.js'

// The shape of attention.bench.ts, for comparison, and pt-base's heads of 128.
const own = { batch: 8, queries: 152, keys: 152, causal: 1, heads: 4 }

/** Halves of ordinary size, two to a word: 1, -0.5 and 0.25, 2. */
const halves = (n: number) => Uint32Array.from({ length: n / 2 }, (_, i) => (i % 2 === 0 ? 0xb8003c00 : 0x40003400))

export default [32, 128].flatMap((headWidth) => {
  const { batch, queries, heads } = own
  const width = heads * headWidth
  const layout = { queryStride: 3 * width, keyStride: 3 * width, keyColumn: width, valueColumn: 2 * width }
  const params = { ...own, headWidth, scale: 1 / Math.sqrt(headWidth), ...layout }
  const note = `pose decoder, own frames, heads of ${headWidth}`
  const n = batch * queries * width
  const rowStats = batch * heads * queries
  const [qkv, dy] = [halves(3 * n), halves(n)]
  const keyLengths = new Uint32Array(batch).fill(own.keys)
  // All keys being alike, a query's log-sum-exp is over its score by the logarithm of their number; delta is about 0.
  const score = (headWidth * (1 + 0.25 + 0.0625 + 4)) / 4 / Math.sqrt(headWidth)
  const ofQueries = Float32Array.from({ length: 2 * rowStats }, (_, i) => (i % 2 === 0 ? score + Math.log(1 + ((i >> 1) % queries)) : 0))
  const given = { q: qkv, k: qkv, v: qkv, keyLengths }
  return [
    workload(attentionHalf, note, params, { ...given, y: n, logSumExp: rowStats }),
    workload(attentionHalfGradQuery, note, params, { ...given, dy, rowStats: ofQueries, dq: 3 * n }),
    workload(attentionHalfGradKeyValue, note, params, { ...given, dy, rowStats: ofQueries, dkv: 3 * n }),
  ]
})
