import { elements, type Tensor } from '../device/memory.js'
import {
  contrastivePredictionGrad,
  contrastivePredictionGradRows,
  contrastivePrediction as contrastivePredictionKernel,
} from '../kernels/contrastive_prediction.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

export interface PredictionPairs {
  /** u32 [predictions, slots]: a row of z for each slot of a prediction, or as many as there are for none. Slot 0 is the row that comes. */
  readonly partner: Tensor
  /** [predictions, slots]: a pair's share of the loss. */
  readonly weight: Tensor
  /** u32 [rows + 1] and [predictions · slots]: the pairs that each row is the partner of are reverse[start[r]] to reverse[start[r + 1] - 1]. */
  readonly start: Tensor
  readonly reverse: Tensor
}

/**
 * Contrastive predictive coding's loss in the form of VQ-Sign (Gong et al. 2024): −log σ(h·z) of a prediction h and the row z that comes, and
 * −log σ(−h·z) of rows that do not. h [..., D] and z [..., D], D a multiple of 4. Starts the way back, and returns result [predictions, slots, 2]: each
 * pair's share of the loss, and its slope; the loss is the sum of the former.
 */
export function contrastivePrediction(g: Graph, h: Tensor, z: Tensor, { partner, weight, start, reverse }: PredictionPairs): Tensor {
  const width = z.shape.at(-1)!
  const [predictions, rows] = [elements(h.shape) / width, elements(z.shape) / width]
  const slots = elements(partner.shape) / predictions
  const params = { predictions, rows, width, slots }
  const result = g.tensor('result', [predictions, slots, 2])
  g.recorder.run(contrastivePredictionKernel, { h, z, partner, weight, result }, params)
  if (!g.requiresGrad(h) && !g.requiresGrad(z)) return result
  const share = sharesForGrads(g, weight)
  g.addGrad(h, (dh) => g.recorder.run(contrastivePredictionGrad, { z, partner, result, share, dh }, params))
  const back = (accumulate: 0 | 1) => (dz: Tensor) =>
    g.recorder.run(contrastivePredictionGradRows, { h, result, share, start, reverse, dz }, { rows, width, slots, accumulate })
  g.addGrad(z, back(0), back(1))
  return result
}
