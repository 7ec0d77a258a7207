import type { Tensor } from '../device/memory.js'
import { ctcLogSum } from '../kernels/ctc.js'
import { ctcAlign as ctcAlignKernel } from '../kernels/ctc_align.js'
import { type CtcInputs, type CtcOptions, checkCtcSizes } from './ctc.js'
import type { Graph } from './graph.js'

/**
 * Records the most likely alignment of each sample's labels to its frames, by logits [B, T, stride] before any softmax. Returns path u32 [B, T], the state
 * of each frame as the kernel has it: 2i + 1 for label i, even for a blank, NO_STATE past a length and where there is no alignment; infer/ctc's
 * `alignedLabels` reads it. No gradient passes. Memory is linear in T. Throws ERR_USAGE as `ctc` does.
 */
export function ctcAlign(
  g: Graph,
  logits: Tensor,
  { labels, labelLengths, lengths }: Omit<CtcInputs, 'coefficient'>,
  { classes, blank }: CtcOptions,
): Tensor {
  const [batch, frames, stride] = logits.shape as [number, number, number]
  const labelRoom = labels.shape[1]!
  checkCtcSizes({ labelRoom, classes, stride, blank })
  const params = { batch, frames, labelRoom, classes, stride, blank }
  const top = g.tensor('top', [batch, frames])
  g.recorder.run(ctcLogSum, { logits, lengths, top }, params)
  const best = g.tensor('best', [batch, frames, 2 * labelRoom + 1])
  const path = g.tensor('path', [batch, frames], 'u32')
  const report = g.tensor('report', [batch, 2])
  g.recorder.run(ctcAlignKernel, { logits, top, labels, labelLengths, lengths, best, path, report }, params)
  return path
}
