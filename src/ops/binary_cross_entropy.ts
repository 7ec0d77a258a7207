import { bug } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { binaryCrossEntropyGrad, binaryCrossEntropy as binaryCrossEntropyKernel } from '../kernels/binary_cross_entropy.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

export interface BinaryCrossEntropyInputs {
  /** f32 [..., stride]: 1 for what holds, 0 for what does not. */
  readonly goal: Tensor
  /** f32 [rows]: a row's share of the loss, e.g. λ / (rows · classes). */
  readonly coefficient: Tensor
  /** Columns that count. */
  readonly classes: number
}

/**
 * Records the loss of scores p [..., stride], from 0 to 1, and starts the way back. Returns loss [rows]: each row's sum over the classes of
 * -goal·log p - (1 - goal)·log(1 - p), before its coefficient. A score below 1e-8 counts as that and has no gradient.
 */
export function binaryCrossEntropy(g: Graph, p: Tensor, { goal, coefficient, classes }: BinaryCrossEntropyInputs): Tensor {
  const stride = p.shape.at(-1)!
  if (!(classes >= 1 && classes <= stride)) throw bug(p.name, `wanted from 1 to ${stride} classes, got ${classes}`)
  const params = { rows: elements(p.shape) / stride, classes, stride }
  const loss = g.tensor('loss', [params.rows])
  g.recorder.run(binaryCrossEntropyKernel, { p, goal, loss }, params)
  if (g.requiresGrad(p)) {
    const shares = sharesForGrads(g, coefficient)
    g.addGrad(p, (dp) => g.recorder.run(binaryCrossEntropyGrad, { p, goal, coefficient: shares, dp }, params))
  }
  return loss
}
