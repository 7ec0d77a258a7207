import { attentionRow } from '../src/kernels/attention_row.js'
import { workload } from './workload.js'

// The last of 152 frames of a generated batch of 8, 4 heads of 32.
const params = { batch: 8, share: 1, capacity: 152, heads: 4, headWidth: 32, extra: 1, scale: 1 / Math.sqrt(32), queryStride: 384 }
const row = params.batch * params.heads * params.headWidth
const cache = 2 * row * params.capacity
const lengths = new Uint32Array(params.batch).fill(params.capacity - 1)

export default [workload(attentionRow, 'generation, last frame', params, { q: 3 * row, cache, lengths, y: row })]
