// What ctc_align's path says of a clip: which of its frames show which label.

import { NO_STATE } from '../../kernels/ctc_align.js'

/** The frames that put a label out: from `start` up to, not including, `end`. */
export interface AlignedLabel {
  /** Which of the sample's labels. */
  readonly index: number
  readonly start: number
  readonly end: number
}

/**
 * The spans of a sample's labels, in their order, of its row of `path` [frames]. Frames between them show the blank. Undefined where the labels have
 * no alignment.
 */
export function alignedLabels(path: Uint32Array, frames: number): AlignedLabel[] | undefined {
  const spans: { index: number; start: number; end: number }[] = []
  for (let t = 0; t < frames; t++) {
    const state = path[t]!
    if (state === NO_STATE) return undefined
    if (state % 2 === 0) continue
    const index = (state - 1) / 2
    const span = spans.at(-1)
    if (span?.index === index) span.end = t + 1
    else spans.push({ index, start: t, end: t + 1 })
  }
  return spans
}
