import { vocabularyEmbedding, vocabularyEmbeddingGrad, vocabularyEmbeddingHalf } from '../src/kernels/vocabulary_embedding.js'
import { workload } from './workload.js'

// A shard of 16,384 of XGLM-564M's words, all of which are of it: 8 sentences of 32 tokens.
const [rows, width, count] = [8 * 32, 1024, 16_384]
const ids = Uint32Array.from({ length: rows }, (_, r) => (r * 61) % count)
const size = { rows, width, first: 0, count, scale: 32 }
const places = { positions: 64 * width, at: Uint32Array.from(ids, (_, r) => r % 32) }

export default [
  workload(vocabularyEmbedding, 'a shard of 16,384', { ...size, accumulate: 0 }, { ids, table: count * width, ...places, y: rows * width }),
  workload(
    vocabularyEmbeddingHalf,
    'a shard of 16,384',
    { ...size, accumulate: 0 },
    { ids, table: (count * width) / 2, ...places, y: rows * width },
  ),
  workload(vocabularyEmbeddingGrad, 'a shard of 16,384', size, {
    dy: rows * width,
    uniqueIds: ids,
    starts: Uint32Array.from({ length: rows + 1 }, (_, r) => r),
    order: Uint32Array.from({ length: rows }, (_, r) => r),
    dTable: count * width,
  }),
]
