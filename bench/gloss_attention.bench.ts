import { glossAttention, glossAttentionGrad, glossAttentionGradMemory, glossAttentionPlaces } from '../src/kernels/gloss_attention.js'
import { workload } from './workload.js'

// An encoder layer of GASLT: batch 32, 200 frames, 8 heads of 64, seven samples.
const [batch, length, heads, headWidth, samples] = [32, 200, 8, 64, 7]
const of = { batch, length, heads, samples }
const columns = heads * samples
const n = batch * length * heads * headWidth
const lines = batch * heads * length
const lengths = new Uint32Array(batch).fill(length)
const seed = Uint32Array.of(1, 2, 0, 0)
// Each frame's samples about itself, half way between two frames.
const places = Float32Array.from({ length: 4 * lines * samples }, (_, i) => {
  const frame = Math.floor(i / 4 / samples) % length
  return [Math.min(Math.max(frame + (Math.floor(i / 4) % samples) - 3, 0), length - 2), 0.5, 1, 1][i % 4]!
})
// Of noise the scores are about 0, so every query's log-sum-exp is about that of its seven samples; delta is about 0.
const rowStats = Float32Array.from({ length: 2 * lines }, (_, i) => (i % 2 === 0 ? Math.log(7) : 0))
const params = { ...of, headWidth, scale: 1 / 8, factor: 1 }
const note = 'GASLT'

export default [
  workload(
    glossAttentionPlaces,
    note,
    { ...of, columns, released: 0, stream: 3, rate: 0.1 },
    { offsets: batch * length * columns, lengths, seed, places: 4 * lines * samples },
  ),
  workload(glossAttention, note, params, { q: n, kv: 2 * n, places, y: n, logSumExp: lines }),
  workload(
    glossAttentionGrad,
    note,
    { ...params, columns },
    { q: n, kv: 2 * n, places, dy: n, rowStats, dq: n, doffsets: batch * length * columns, pulls: 2 * lines * samples },
  ),
  workload(
    glossAttentionGradMemory,
    note,
    { ...of, headWidth, factor: 1 },
    { q: n, dy: n, places, pulls: 2 * lines * samples, dkv: 2 * n },
  ),
]
