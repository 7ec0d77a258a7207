import { elements, type Tensor } from '../device/memory.js'
import { crossEntropyGrad, crossEntropy as crossEntropyKernel } from '../kernels/cross_entropy.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

export interface CrossEntropyInputs {
  /** u32 [rows]: the right class of each row. */
  readonly goal: Tensor
  /** f32 [rows]: a row's share of the loss, e.g. 1 / rows that count. */
  readonly coefficient: Tensor
}

/**
 * Records the loss of predicted logits [..., stride] over their first `classes` columns and starts the way back.
 * Returns result [rows, 2]: each row's loss, before its coefficient, and its logSumExp; 0 in rows whose goal is `ignored`.
 */
export function crossEntropy(
  g: Graph,
  logits: Tensor,
  { goal, coefficient }: CrossEntropyInputs,
  options: { classes: number; ignored: number; smoothing: number },
): Tensor {
  const stride = logits.shape.at(-1)!
  const rows = elements(logits.shape) / stride
  const params = { rows, stride, ...options }
  const result = g.tensor('result', [rows, 2])
  g.recorder.run(crossEntropyKernel, { logits, goal, result }, params)
  if (g.requiresGrad(logits)) {
    const shares = sharesForGrads(g, coefficient)
    g.addGrad(logits, (dlogits) => g.recorder.run(crossEntropyGrad, { logits, goal, result, coefficient: shares, dlogits }, params))
  }
  return result
}
