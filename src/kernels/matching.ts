import { defineKernel, lanes } from '../device/kernel.js'

/** How much more a clip's own sentence is wanted than others, before the softmax: that of the released GFSLT-VLP. */
export const SHARPNESS = 10

/**
 * result[0,i] = (Kullback-Leibler divergence of row i's softmax from its goal, its logSumExp), result[1,j] that of column j, of e^scale[0] · s over the
 * first `rows` rows and columns; goals are softmaxes of SHARPNESS on the diagonal. s [≥ rows, stride]; scale [4]; result [2, rows, 2].
 */
export const matching = defineKernel({
  name: 'matching',
  buffers: { s: 'read', scale: 'read', result: 'write' },
  params: { rows: 'u32', stride: 'u32' },
  workgroups: ({ rows }) => lanes(2 * rows, 64),
  // An exponential counts as eight.
  cost: ({ rows }) => ({ flops: 28 * rows * rows, bytes: 4 * (rows * rows + 4 * rows + 4) }),
})

/**
 * The gradients of coefficient[0] · ½ Σ of both sides' losses: ds at the cosines, 0 beyond `rows`; dscale [all, 4] that at the scale, a number for each
 * row, times own[row]. s, ds [all, stride]; scale [4]; result from matching; coefficient [1]; own [rows].
 */
export const matchingGrad = defineKernel({
  name: 'matching_grad',
  buffers: { s: 'read', scale: 'read', result: 'read', coefficient: 'read', own: 'read', ds: 'write', dscale: 'write' },
  params: { rows: 'u32', all: 'u32', stride: 'u32' },
  workgroups: ({ all }) => lanes(all, 64),
  cost: ({ rows, all, stride }) => ({ flops: 26 * rows * rows, bytes: 4 * (rows * rows + all * stride + 5 * rows + 4 * all + 5) }),
})
