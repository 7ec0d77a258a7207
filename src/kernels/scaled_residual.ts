import { defineKernel, elementwise, lanes } from '../device/kernel.js'
import { workgroupColumns } from './reductions.js'

/** `length` rows to a clip; which clips' branches are dropped follows from the step's seed and the place's stream. */
const paths = { length: 'u32', stream: 'u32', rate: 'f32' } as const

/**
 * y = x + keep · gamma · branch, keep 0 for a clip that is dropped with probability `rate`, 0 ≤ rate < 1, else 1/(1 - rate).
 * x, branch, y [B, length, width], n numbers; gamma [width]; width a multiple of 4; seed u32 [4], of no account at rate 0.
 */
export const scaledResidual = defineKernel({
  name: 'scaled_residual',
  buffers: { x: 'read', branch: 'read', gamma: 'read', seed: 'read', y: 'write' },
  params: { n: 'u32', width: 'u32', ...paths },
  ...elementwise,
  cost: ({ n, width }) => ({ flops: 3 * n, bytes: 12 * n + 4 * width }),
})

/** The gradient at the branch of a scaledResidual of the same seed and stream; at x it is dy. `accumulate` 1 adds onto dbranch, 0 replaces it. */
export const scaledResidualGrad = defineKernel({
  name: 'scaled_residual_grad',
  buffers: { dy: 'read', gamma: 'read', seed: 'read', dbranch: 'write' },
  params: { n: 'u32', width: 'u32', ...paths, accumulate: 'u32' },
  ...elementwise,
  cost: ({ n, width, accumulate }) => ({ flops: (2 + accumulate) * n, bytes: (8 + 4 * accumulate) * n + 4 * width }),
})

/** Adds the gradient at the scales of a scaledResidual of the same seed and stream onto dGamma [scales]. branch, dy [rows, scales]. */
export const scaledResidualWeightGrad = defineKernel({
  name: 'scaled_residual_weight_grad',
  buffers: { branch: 'read', dy: 'read', seed: 'read', dGamma: 'update' },
  params: { rows: 'u32', scales: 'u32', ...paths },
  workgroups: ({ scales }) => lanes(scales / 4, 16),
  variants: [
    {
      ...workgroupColumns,
      shader: 'scaled_residual_weight_grad_workgroup',
      text: { file: 'column_sum_workgroup', takes: ['scaled'] },
      workgroups: ({ scales }, _, { ACROSS }) => lanes(scales / 4, ACROSS!),
    },
  ],
  cost: ({ rows, scales }) => ({ flops: 3 * rows * scales, bytes: 8 * rows * scales + 8 * scales }),
})
