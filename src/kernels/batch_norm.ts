import { type AdapterTraits, type Constants, defineKernel, lanes } from '../device/kernel.js'

/** Frames of a sample that one lane sums at most. */
export const SLICE = 64

interface Shape {
  readonly batch: number
  readonly length: number
  readonly width: number
}

/** Slices of a batch whose columns are summed apart, and then put together. */
export const slicesOf = ({ batch, length, slice }: { batch: number; length: number; slice: number }): number =>
  batch * Math.ceil(length / slice)

const numbersOf = ({ batch, length, width }: Shape): number => batch * length * width

/** Where a lane owns four columns of EACH frames of a sample. Starting a lane costs a software driver more than the work; a GPU wants many. */
const framesInTurn = {
  workgroups: ({ batch, length, width }: Shape, _: AdapterTraits, { EACH }: Constants) =>
    lanes((slicesOf({ batch, length, slice: EACH! }) * width) / 4, 64),
  constants: (_: unknown, { software }: AdapterTraits) => ({ EACH: software ? 64 : 8 }),
  tune: { EACH: [8, 1, 64] },
}

/**
 * Of each slice of `slice` frames of x [batch, length, width] the columns' means and their sums of squared differences from these, over the
 * valid frames: moments [slicesOf, 2, width]. lengths u32 [batch]: frames at or past a length may hold anything. width a multiple of 4.
 */
export const batchNormMoments = defineKernel({
  name: 'batch_norm_moments',
  buffers: { x: 'read', lengths: 'read', moments: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', slice: 'u32' },
  workgroups: (params) => lanes((slicesOf(params) * params.width) / 4, 64),
  cost: (params) => ({ flops: 6 * numbersOf(params), bytes: 4 * numbersOf(params) + 8 * slicesOf(params) * params.width }),
})

/**
 * statistics [2, width] = mean and biased variance of each column over all valid frames, from batchNormMoments. running [2, width], likewise,
 * moves towards them by `momentum`, with the unbiased variance. That of a single valid frame does not exist and leaves the running one alone;
 * no valid frame, and a column whose statistics are not finite, leave both alone.
 */
export const batchNormStatistics = defineKernel({
  name: 'batch_norm_statistics',
  buffers: { moments: 'read', lengths: 'read', statistics: 'write', running: 'update' },
  params: { batch: 'u32', length: 'u32', width: 'u32', slice: 'u32', momentum: 'f32' },
  workgroups: ({ width }) => lanes(width / 4, 16),
  cost: (params) => ({
    flops: 8 * slicesOf(params) * params.width,
    bytes: 8 * slicesOf(params) * params.width + 24 * params.width + 4 * params.batch,
  }),
})

/**
 * y = (x - mean) / √(variance + epsilon) · gamma + beta, column by column; 0 at padding, where x may hold anything. x, y [batch, length,
 * width]; lengths u32 [batch]; statistics [2, width]: mean and variance, of the batch or running; gamma, beta [width]; width a multiple of 4.
 * epsilon must be above 0.
 */
export const batchNorm = defineKernel({
  name: 'batch_norm',
  buffers: { x: 'read', lengths: 'read', statistics: 'read', gamma: 'read', beta: 'read', y: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', epsilon: 'f32' },
  ...framesInTurn,
  cost: (params) => ({ flops: 6 * numbersOf(params), bytes: 8 * numbersOf(params) + 16 * params.width + 4 * params.batch }),
})

/**
 * Of each slice the sums of dy · n and of dy over the valid frames, n being the normalised x: sums [slicesOf, 2, width]. x, dy [batch, length,
 * width], which may hold anything at padding; lengths u32 [batch]; statistics [2, width] of the batch.
 */
export const batchNormSums = defineKernel({
  name: 'batch_norm_sums',
  buffers: { x: 'read', lengths: 'read', statistics: 'read', dy: 'read', sums: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', slice: 'u32', epsilon: 'f32' },
  workgroups: (params) => lanes((slicesOf(params) * params.width) / 4, 64),
  cost: (params) => ({ flops: 5 * numbersOf(params), bytes: 8 * numbersOf(params) + 8 * slicesOf(params) * params.width }),
})

/**
 * Adds the gradients at gamma and beta of a batchNorm onto dGamma and dBeta, both [width], from batchNormSums. means [2, width]: the same sums
 * divided by the number of valid frames.
 */
export const batchNormWeightGrad = defineKernel({
  name: 'batch_norm_weight_grad',
  buffers: { sums: 'read', lengths: 'read', dGamma: 'update', dBeta: 'update', means: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', slice: 'u32' },
  workgroups: ({ width }) => lanes(width / 4, 16),
  cost: (params) => ({
    flops: 2 * slicesOf(params) * params.width,
    bytes: 8 * slicesOf(params) * params.width + 24 * params.width + 4 * params.batch,
  }),
})

/**
 * The gradient at x of a batchNorm by the statistics of the batch: 0 at padding. x, dy, dx [batch, length, width]; lengths u32 [batch];
 * statistics [2, width]; gamma [width]; means [2, width] from batchNormWeightGrad. `accumulate` 1 adds onto dx, 0 replaces it.
 */
export const batchNormGrad = defineKernel({
  name: 'batch_norm_grad',
  buffers: { x: 'read', lengths: 'read', statistics: 'read', gamma: 'read', dy: 'read', means: 'read', dx: 'write' },
  params: { batch: 'u32', length: 'u32', width: 'u32', epsilon: 'f32', accumulate: 'u32' },
  ...framesInTurn,
  cost: (params) => ({
    flops: (9 + params.accumulate) * numbersOf(params),
    bytes: (12 + 4 * params.accumulate) * numbersOf(params) + 20 * params.width + 4 * params.batch,
  }),
})
