import { defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

/**
 * The k highest logits of each row, of a vocabulary whose logits [rows, stride] come a shard at a time: the `held` ones of top, token [rows, k] that
 * the shards before have, and this shard's best, found u32 [rows, some], which `topLogProbs` finds, become those of both. value [rows, k] =
 * their log-probabilities, and sums [rows, 2], hold for the classes so far, all of them after the last shard.
 */
export const vocabularyTop = defineKernel({
  name: 'vocabulary_top',
  buffers: { logits: 'read', found: 'read', sums: 'write', top: 'write', token: 'write', value: 'write' },
  params: { rows: 'u32', classes: 'u32', stride: 'u32', first: 'u32', k: 'u32', some: 'u32', held: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [{ ...subgroupRows, shader: 'vocabulary_top_subgroup', text: { file: 'vocabulary_top', takes: ['subgroup'] } }],
  // An exponential counts as eight.
  cost: ({ rows, classes, k, some, held }) => ({ flops: 10 * rows * classes, bytes: 4 * rows * (classes + some + 2 * held + 3 * k + 2) }),
})
