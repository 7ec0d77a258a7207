import { defineKernel, taking } from '../device/kernel.js'
import { backwardVariant, linear, linearGrad, outputs, subgroupVariant, tiledVariant } from './linear.js'
import { withHalves } from './linear_half.js'

/**
 * As `linear`, of weights w [cols, inner] stored as f16 and x in f32: only the memory is half as much, nothing is rounded that linear does not
 * round. For frozen weights, which were rounded once.
 */
export const linearStored = defineKernel({
  ...linear,
  name: 'linear_stored',
  text: { file: 'linear', takes: ['f16'] },
  variants: [
    taking('f16', 'linear_stored_subgroup', subgroupVariant('linear_subgroup', outputs.y)),
    taking('f16', 'linear_stored_tiled', tiledVariant('linear_tiled', outputs.y)),
  ],
  cost: (params) => withHalves(linear.cost(params), params),
})

/** As `linearGrad`, of weights stored as f16. */
export const linearStoredGrad = defineKernel({
  ...linearGrad,
  name: 'linear_stored_grad',
  text: { file: 'linear', takes: ['backward', 'f16'] },
  variants: [
    taking('f16', 'linear_stored_grad_subgroup', backwardVariant('linear_grad_subgroup', subgroupVariant('linear_subgroup', outputs.dx))),
    taking('f16', 'linear_stored_grad_tiled', backwardVariant('linear_grad_tiled', tiledVariant('linear_tiled', outputs.dx))),
  ],
  cost: (params) => withHalves(linearGrad.cost(params), params),
})
