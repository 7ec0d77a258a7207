import { defineKernel, lanes } from '../device/kernel.js'

/**
 * y[r] = positions[at[r]] + scale · table[ids[r] - first], of a table or a shard of one that has the rows of ids first to first + count; onto
 * what y holds, instead of the positions, when accumulate is 1. Ids of other shards add nothing. ids, at u32 [rows]; width a multiple of 4.
 */
export const vocabularyEmbedding = defineKernel({
  name: 'vocabulary_embedding',
  buffers: { ids: 'read', table: 'read', positions: 'read', at: 'read', y: 'write' },
  params: { rows: 'u32', width: 'u32', first: 'u32', count: 'u32', scale: 'f32', accumulate: 'u32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 256),
  // As if every id were of this shard.
  cost: ({ rows, width }) => ({ flops: 2 * rows * width, bytes: 12 * rows * width + 8 * rows }),
})

/** As `vocabularyEmbedding`, of a table stored as f16. */
export const vocabularyEmbeddingHalf = defineKernel({
  ...vocabularyEmbedding,
  name: 'vocabulary_embedding_half',
  text: { file: 'vocabulary_embedding', takes: ['f16'] },
  cost: ({ rows, width }) => ({ flops: 2 * rows * width, bytes: 10 * rows * width + 8 * rows }),
})

/** Adds scale · dy [rows, width] onto the rows of dTable [count, width] it belongs to; the other three are what `invertIds` returns. */
export const vocabularyEmbeddingGrad = defineKernel({
  name: 'vocabulary_embedding_grad',
  buffers: { dy: 'read', uniqueIds: 'read', starts: 'read', order: 'read', dTable: 'update' },
  params: { rows: 'u32', width: 'u32', first: 'u32', count: 'u32', scale: 'f32' },
  workgroups: ({ rows, width }) => lanes((rows * width) / 4, 256),
  // As if every id occurred once, in this shard.
  cost: ({ rows, width }) => ({ flops: 2 * rows * width, bytes: 12 * rows * width + 12 * rows }),
})
