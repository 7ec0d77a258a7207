import { defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

const params = { rows: 'u32', classes: 'u32', stride: 'u32', first: 'u32', total: 'u32', ignored: 'u32', smoothing: 'f32' } as const

/**
 * As `crossEntropy` with PyTorch's smoothing, of a vocabulary of `total` classes whose logits [rows, stride] come a shard at a time: here those of
 * classes first to first + classes, onto the sums [rows, 4] of the shards before with accumulate 1. result [rows, 2] = (loss, logSumExp) holds
 * after the last shard; (0, 0) where goal u32 [rows] is `ignored` or no class.
 */
export const vocabularyCrossEntropy = defineKernel({
  name: 'vocabulary_cross_entropy',
  buffers: { logits: 'read', goal: 'read', sums: 'write', result: 'write' },
  params: { ...params, accumulate: 'u32' },
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [
    { ...subgroupRows, shader: 'vocabulary_cross_entropy_subgroup', text: { file: 'vocabulary_cross_entropy', takes: ['subgroup'] } },
  ],
  // An exponential counts as eight.
  cost: ({ rows, classes, accumulate }) => ({ flops: 12 * rows * classes, bytes: 4 * rows * (classes + 7 + 4 * accumulate) }),
})

/** Puts coefficient · (softmax − smoothed goal) in the place of a shard's logits; exactly 0 in padding columns and in rows that do not count. */
export const vocabularyCrossEntropyGrad = defineKernel({
  name: 'vocabulary_cross_entropy_grad',
  buffers: { logits: 'update', goal: 'read', result: 'read', coefficient: 'read' },
  params,
  workgroups: ({ rows, stride }) => lanes((rows * stride) / 4, 256),
  cost: ({ rows, stride }) => ({ flops: 12 * rows * stride, bytes: 4 * rows * (2 * stride + 4) }),
})
