import { bandedAttention, bandedAttentionGrad } from '../src/kernels/banded_attention.js'
import { workload } from './workload.js'

// The sign encoder's first stage: batch 8, 256 frames, 8 heads of 64, a window of 7.
const [batch, length, heads, headWidth] = [8, 256, 8, 64]
const params = { batch, length, heads, headWidth, reach: 3, padded: 0, scale: 1 / 8, stream: 3, rate: 0.1 }
const n = batch * length * heads * headWidth
const lines = batch * heads * length
const lengths = new Uint32Array(batch).fill(length)
const seed = Uint32Array.of(1, 2, 0, 0)
// Of noise the scores are about 0, so every query's log-sum-exp is about that of its seven keys; delta is about 0.
const rowStats = Float32Array.from({ length: 2 * lines }, (_, i) => (i % 2 === 0 ? Math.log(7) : 0))
const note = 'sign encoder'

export default [
  workload(bandedAttention, note, params, { qkv: 3 * n, lengths, seed, y: n, logSumExp: lines }),
  workload(bandedAttentionGrad, note, params, { qkv: 3 * n, dy: n, rowStats, lengths, seed, dqkv: 3 * n }),
]
