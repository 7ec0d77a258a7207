import { SignError } from '../base/errors.js'
import { elements, type Tensor } from '../device/memory.js'
import { MOST_TOP, topLogProbs as topLogProbsKernel } from '../kernels/top_log_probs.js'
import type { Graph } from './graph.js'

/** The most likely classes of each row, in order. */
export interface TopLogProbs {
  /** f32 [rows, k]: their log-probabilities; NaN in rows with logits that are NaN or +infinity. */
  readonly value: Tensor
  /** u32 [rows, k] */
  readonly id: Tensor
}

/**
 * Records the k most likely classes of each row of logits [..., stride] over their first `classes` columns, the lower one of two alike first.
 * They have no gradient. Throws ERR_USAGE where k is not 1 to 64, or there are fewer classes.
 */
export function topLogProbs(
  g: Graph,
  logits: Tensor,
  { classes, k, into }: { classes: number; k: number; into?: TopLogProbs },
): TopLogProbs {
  if (!(Number.isInteger(k) && k >= 1 && k <= Math.min(MOST_TOP, classes))) {
    const problem = `wanted 1 to ${Math.min(MOST_TOP, classes)} of ${classes} classes, got ${k}`
    throw new SignError('ERR_USAGE', 'the most likely classes', problem, 'Ask for fewer, as a search with fewer beams does')
  }
  const stride = logits.shape.at(-1)!
  const rows = elements(logits.shape) / stride
  const top = into ?? { value: g.tensor('value', [rows, k]), id: g.tensor('id', [rows, k], 'u32') }
  g.recorder.run(topLogProbsKernel, { logits, ...top }, { rows, classes, stride, k })
  return top
}
