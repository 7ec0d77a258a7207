import { elements, type Tensor } from '../device/memory.js'
import { lossScale, SCALING } from '../kernels/loss_scale.js'
import type { Graph } from './graph.js'

/** The state of a loss scale before the first step: a scale of 65536, as PyTorch's GradScaler begins. */
export const firstScaling = (): Float32Array => Float32Array.from({ length: SCALING }, (_, i) => [65536, 0, 0, 1, 1][i] ?? 0)

/** The shares of a loss that its gradients are to be made with: multiplied, where products are of halves. Elsewhere the shares themselves. */
export function sharesForGrads(g: Graph, coefficient: Tensor): Tensor {
  const scaling = g.training?.scaling
  if (!scaling) return coefficient
  const y = g.tensor('scaled', coefficient.shape)
  g.recorder.run(lossScale, { x: coefficient, scaling, y }, { n: elements(coefficient.shape) })
  return y
}
