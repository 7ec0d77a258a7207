import { elements, type Tensor } from '../device/memory.js'
import {
  batchNormGrad,
  batchNorm as batchNormKernel,
  batchNormMoments,
  batchNormStatistics,
  batchNormSums,
  batchNormWeightGrad,
  SLICE,
  slicesOf,
} from '../kernels/batch_norm.js'
import type { Graph } from './graph.js'
import { f32Value, type Parameter } from './parameter.js'
import { unwanted } from './unwanted.js'

export interface BatchNormParameters {
  /** [D] */
  readonly gamma: Parameter
  /** [D] */
  readonly beta: Parameter
  /** `[2, D]`: running mean and variance, declared with `running` in the list of parameters. */
  readonly running: Parameter
}

/**
 * Each column of x [B, T, D], or of images [B, H, W, D] taken pixel by pixel, to mean 0 and variance 1 over the frames before each of lengths u32 [B], then times gamma plus beta; 0 at padding,
 * where x may hold anything. In training by the statistics of this batch, towards which the running ones are moved by `momentum`: of one
 * valid frame alone the variance is 0, y is beta, and only the running mean moves. Otherwise by the running statistics. Where a batch
 * goes through in several passes (micro-batches), each pass is normalised by its own frames and moves the running statistics. They move on the way
 * there: also in a step whose gradient is not finite, which leaves the weights as they are; but not by statistics that are not finite, nor in a rehearsal.
 */
export function batchNorm(
  g: Graph,
  x: Tensor,
  lengths: Tensor,
  { gamma, beta, running }: BatchNormParameters,
  { epsilon, momentum }: { readonly epsilon: number; readonly momentum: number },
): Tensor {
  const [batch, width] = [x.shape[0]!, x.shape.at(-1)!]
  const length = elements(x.shape) / batch / width
  const shape = { batch, length, width }
  const sliced = { ...shape, slice: SLICE }
  const perSlice = [slicesOf(sliced), 2, width]
  const y = g.tensor('y', x.shape)

  let statistics = f32Value(running)
  if (g.training) {
    const moments = g.tensor('moments', perSlice)
    statistics = g.tensor('statistics', [2, width])
    g.recorder.run(batchNormMoments, { x, lengths, moments }, sliced)
    const moved = g.training.rehearsal ? 0 : momentum
    g.recorder.run(batchNormStatistics, { moments, lengths, statistics, running: running.value }, { ...sliced, momentum: moved })
  }
  g.recorder.run(batchNormKernel, { x, lengths, statistics, gamma: f32Value(gamma), beta: f32Value(beta), y }, { ...shape, epsilon })

  g.onBackward(y, [x, gamma, beta], (dy) => {
    const sums = g.tensor('sums', perSlice)
    const means = g.tensor('means', [2, width])
    const [dGamma, dBeta] = [gamma, beta].map((one) => (g.requiresGrad(one) ? g.gradOf(one) : unwanted(g, one, width)))
    g.recorder.run(batchNormSums, { x, lengths, statistics, dy, sums }, { ...sliced, epsilon })
    g.recorder.run(batchNormWeightGrad, { sums, lengths, dGamma: dGamma!, dBeta: dBeta!, means }, sliced)
    const grad = (dx: Tensor, accumulate: number) =>
      g.recorder.run(batchNormGrad, { x, lengths, statistics, gamma: gamma.value, dy, means, dx }, { ...shape, epsilon, accumulate })
    g.addGrad(
      x,
      (dx) => grad(dx, 0),
      (dx) => grad(dx, 1),
    )
  })
  return y
}
