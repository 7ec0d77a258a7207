// What CTC reads in a clip: its labels, and the frames of each.

import { greedyLabels } from './greedy.js'
import { type CtcLogits, likeliestClasses } from './logits.js'
import { prefixBeam } from './prefix_beam.js'

/** Frames whose likeliest class is one label: from `from` up to, not including, `to`. */
export interface ClassRun {
  readonly label: number
  readonly from: number
  readonly to: number
}

/** The labels of the best of so many hypotheses, 1 the greedy one. */
export function readLabels(logits: CtcLogits, beams: number): readonly number[] {
  return beams === 1 ? greedyLabels(logits) : prefixBeam(logits, { width: beams })[0]!.labels
}

/** The runs of frames of one likeliest class, blanks aside: of the greedy labels, the frames of each. */
export function classRuns(logits: CtcLogits): ClassRun[] {
  const runs: { label: number; from: number; to: number }[] = []
  let before = logits.blank
  likeliestClasses(logits).forEach((label, t) => {
    if (label !== before && label !== logits.blank) runs.push({ label, from: t, to: t + 1 })
    else if (label !== logits.blank) runs.at(-1)!.to = t + 1
    before = label
  })
  return runs
}
