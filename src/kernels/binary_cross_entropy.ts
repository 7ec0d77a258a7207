import { defineKernel, lanes } from '../device/kernel.js'
import { subgroupRows } from './reductions.js'

const params = { rows: 'u32', classes: 'u32', stride: 'u32' } as const

/**
 * loss[r] = Σ_v -goal·log p - (1 - goal)·log(1 - p) over v < classes, p from 1e-8 to 1, each logarithm at least -100.
 * p, goal [rows, stride], stride a multiple of 4, whose padding columns may hold anything; loss [rows].
 */
export const binaryCrossEntropy = defineKernel({
  name: 'binary_cross_entropy',
  buffers: { p: 'read', goal: 'read', loss: 'write' },
  params,
  workgroups: ({ rows }) => lanes(rows, 64),
  variants: [{ ...subgroupRows, shader: 'binary_cross_entropy_subgroup', text: { file: 'binary_cross_entropy', takes: ['subgroup'] } }],
  cost: ({ rows, classes }) => ({ flops: 50 * rows * classes, bytes: 8 * rows * classes + 4 * rows }),
})

/**
 * dp = coefficient · (p - goal) / max(p·(1 - p), 1e-12); exactly 0 in padding columns and where p was held at 1e-8 or 1.
 * p, goal, dp [rows, stride]; coefficient [rows].
 */
export const binaryCrossEntropyGrad = defineKernel({
  name: 'binary_cross_entropy_grad',
  buffers: { p: 'read', goal: 'read', coefficient: 'read', dp: 'write' },
  params,
  workgroups: ({ rows, stride }) => lanes((rows * stride) / 4, 256),
  cost: ({ rows, stride }) => ({ flops: 6 * rows * stride, bytes: 12 * rows * stride + 4 * rows }),
})
