import { SignError } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { crossEntropyGrad, crossEntropy as crossEntropyKernel, SMOOTHING_KINDS } from '../kernels/cross_entropy.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

export interface CrossEntropyInputs {
  /** u32 [rows]: the right class of each row. */
  readonly goal: Tensor
  /** f32 [rows]: a row's share of the loss, e.g. 1 / rows that count. */
  readonly coefficient: Tensor
}

export interface CrossEntropyOptions {
  /** Columns of the logits that count. */
  readonly classes: number
  /** The goal of rows that do not count: padding's class, or any number that is no class. */
  readonly ignored: number
  /** Share of the right class that is spread over others, 0 for none. */
  readonly smoothing: number
  /**
   * How it is spread: `uniform`, the default, over all classes, as PyTorch does, the loss a cross-entropy; `joey` over all but the right one and
   * `ignored`, as JoeyNMT does, the loss a Kullback-Leibler divergence, which is 0 at best.
   */
  readonly smoothingKind?: (typeof SMOOTHING_KINDS)[number] | undefined
}

/**
 * Records the loss of predicted logits [..., stride] over their first `classes` columns and starts the way back.
 * Returns result [rows, 2]: each row's loss, before its coefficient, and its logSumExp; 0 in rows whose goal is `ignored`.
 * Throws ERR_USAGE for JoeyNMT's smoothing of 1 or more, of fewer than 3 classes, or where `ignored` is none of them.
 */
export function crossEntropy(
  g: Graph,
  logits: Tensor,
  { goal, coefficient }: CrossEntropyInputs,
  { classes, ignored, smoothing, smoothingKind = 'uniform' }: CrossEntropyOptions,
): Tensor {
  if (smoothingKind === 'joey') checkJoey(classes, ignored, smoothing)
  const stride = logits.shape.at(-1)!
  const rows = elements(logits.shape) / stride
  const params = { rows, classes, stride, ignored, smoothing, kind: SMOOTHING_KINDS.indexOf(smoothingKind) }
  const result = g.tensor('result', [rows, 2])
  g.recorder.run(crossEntropyKernel, { logits, goal, result }, params)
  if (g.requiresGrad(logits)) {
    const shares = sharesForGrads(g, coefficient)
    g.addGrad(logits, (dlogits) => g.recorder.run(crossEntropyGrad, { logits, goal, result, coefficient: shares, dlogits }, params))
  }
  return result
}

function checkJoey(classes: number, ignored: number, smoothing: number): void {
  const refuse = (problem: string, nextMove: string) => new SignError('ERR_USAGE', "JoeyNMT's label smoothing", problem, nextMove)
  if (!(classes >= 3 && ignored < classes))
    throw refuse(`wanted at least 3 classes, padding among them, got ${classes} with padding ${ignored}`, "Smooth as 'uniform'")
  if (!(smoothing >= 0 && smoothing < 1)) throw refuse(`wanted a smoothing of 0 to below 1, got ${smoothing}`, 'Choose one, such as 0.1')
}
