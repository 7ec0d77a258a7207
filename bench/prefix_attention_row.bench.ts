import { prefixAttentionRow } from '../src/kernels/prefix_attention_row.js'
import { workload } from './workload.js'

// The last of 32 tokens of 4 beams of 8 sentences, after 128 tokens of signing, 16 heads of 64.
const shape = { batch: 32, share: 4, prefixRows: 128, capacity: 32, heads: 16, headWidth: 64, extra: 1, scale: 1 / 8, queryStride: 3072 }
const row = shape.heads * shape.headWidth
const [prefix, cache] = [2 * row * 8 * shape.prefixRows, 2 * row * shape.batch * shape.capacity]
const [prefixLengths, lengths] = [new Uint32Array(8).fill(128), new Uint32Array(shape.batch).fill(31)]

export default [
  workload(prefixAttentionRow, 'sentences after signing, last token', shape, {
    ...{ q: 3 * row * shape.batch, prefix, prefixLengths, cache, lengths, y: row * shape.batch },
  }),
]
