import { defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

const params = { rows: 'u32', classes: 'u32', stride: 'u32', ignored: 'u32', smoothing: 'f32', kind: 'u32' } as const

/** Ways to smooth labels, in the order of the kernels' `kind`: PyTorch's, and JoeyNMT's, which wants nothing of the padding class. */
export const SMOOTHING_KINDS = ['uniform', 'joey'] as const

/**
 * result[r] = (loss, logSumExp) of row r against goal[r], with label smoothing; (0, 0) where goal[r] is `ignored` or no class.
 * With kind 1, JoeyNMT's smoothing, `ignored` must be a class, of at least 3, and smoothing below 1.
 * logits: [rows, stride], stride a multiple of 4, whose padding may hold anything; goal: u32 [rows]; result: [rows, 2].
 */
export const crossEntropy = defineKernel({
  name: 'cross_entropy',
  buffers: { logits: 'read', goal: 'read', result: 'write' },
  params,
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [{ ...subgroupRows, shader: 'cross_entropy_subgroup', text: { file: 'cross_entropy', takes: ['subgroup'] } }],
  // An exponential counts as eight.
  cost: ({ rows, classes }) => ({ flops: 12 * rows * classes, bytes: 4 * rows * (classes + 3) }),
})

/**
 * dlogits = coefficient · (softmax − smoothed goal); exactly 0 in padding columns and in rows that do not count.
 * logits, dlogits: [rows, stride]; goal: u32 [rows]; result: [rows, 2] from crossEntropy; coefficient: [rows].
 */
export const crossEntropyGrad = defineKernel({
  name: 'cross_entropy_grad',
  buffers: { logits: 'read', goal: 'read', result: 'read', coefficient: 'read', dlogits: 'write' },
  params,
  workgroups: ({ rows, stride }) => lanes((rows * stride) / 4, 256),
  cost: ({ rows, stride }) => ({ flops: 12 * rows * stride, bytes: 4 * rows * (2 * stride + 4) }),
})
