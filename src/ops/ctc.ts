import { SignError } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'
import { ctcGrad, ctcGradLabels, ctc as ctcKernel, ctcLogSum } from '../kernels/ctc.js'
import { MOST_LABELS } from '../kernels/ctc_states.js'
import type { Graph } from './graph.js'
import { sharesForGrads } from './loss_scale.js'

export interface CtcInputs {
  /** u32 [B, L], L from 1 to 512: what stands behind a sample's own labels does not matter. */
  readonly labels: Tensor
  /** u32 [B]: labels of each sample, 0 or more. */
  readonly labelLengths: Tensor
  /** u32 [B]: frames of each sample. */
  readonly lengths: Tensor
  /** f32 [B]: a sample's share of the loss, e.g. λ / (B · max(labels, 1)). */
  readonly coefficient: Tensor
}

export interface CtcOptions {
  /** Columns of the logits that are classes, the blank among them. */
  readonly classes: number
  readonly blank: number
}

/**
 * Records the CTC loss of logits [B, T, stride], before any softmax, and starts the way back. Returns report [B, 2]: each sample's loss, before its
 * coefficient, and 1; or 0 and 0 where its labels have no alignment to its frames, and then its gradient is exactly 0. Logits that are not finite give
 * a loss that is not finite or above 1e29. Memory is linear in T.
 * Throws ERR_USAGE for more than 512 labels or none at all, for logits that do not hold the classes, and for a blank that is no class.
 */
export function ctc(g: Graph, logits: Tensor, inputs: CtcInputs, { classes, blank }: CtcOptions): Tensor {
  const { labels, labelLengths, lengths, coefficient } = inputs
  const [batch, frames, stride] = logits.shape as [number, number, number]
  const labelRoom = labels.shape[1]!
  checkCtcSizes({ labelRoom, classes, stride, blank })
  const params = { batch, frames, labelRoom, classes, stride, blank }
  const learns = g.requiresGrad(logits)
  const ways = learns ? 2 : 1

  const top = g.tensor('top', [batch, frames])
  g.recorder.run(ctcLogSum, { logits, lengths, top }, params)
  const paths = g.tensor('paths', [ways, batch, frames, 2 * labelRoom + 1])
  const report = g.tensor('report', [batch, 2])
  const owners = g.tensor('owners', [batch, labelRoom, 2], 'u32')
  g.recorder.run(ctcKernel, { logits, top, labels, labelLengths, lengths, paths, report, owners }, { ...params, ways })
  if (learns) {
    const shares = sharesForGrads(g, coefficient)
    g.addGrad(logits, (dlogits) => {
      g.recorder.run(ctcGrad, { logits, top, lengths, report, coefficient: shares, dlogits }, params)
      g.recorder.run(ctcGradLabels, { paths, owners, lengths, report, coefficient: shares, dlogits }, params)
    })
  }
  return report
}

/** Throws ERR_USAGE for sizes that the kernels have no room for. */
export function checkCtcSizes({
  labelRoom,
  classes,
  stride,
  blank,
}: CtcOptions & { readonly labelRoom: number; readonly stride: number }): void {
  const refuse = (problem: string, next: string) => new SignError('ERR_USAGE', 'ctc', problem, next)
  if (!(labelRoom >= 1 && labelRoom <= MOST_LABELS))
    throw refuse(`wanted labels [batch, 1 to ${MOST_LABELS}], got ${labelRoom} a sample`, 'Cut the clips, or leave the longest out')
  if (stride % 4 !== 0 || classes > stride)
    throw refuse(`wanted rows of a multiple of 4 that hold ${classes} classes, got rows of ${stride}`, 'Pad the logits')
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes))
    throw refuse(`wanted a blank below ${classes}, got ${blank}`, 'Name the class that stands for no label')
}
