// Word error rate of glosses, as sign language recognition reports it.

import { type CorpusMetric, summed, type TextPair } from './corpus_metric.js'
import { type AlignmentTable, alignGlosses } from './gloss_alignment.js'
import { glossCleanUps } from './gloss_clean_up.js'
import type { GlossCleanUp } from './text_metric_names.js'
import { tokensOf } from './white_space.js'

export interface GlossWerOptions {
  /** What both sides pass before they are compared. Default `none`. */
  readonly cleanUp?: GlossCleanUp
  /** Default `int32`; `uint8` only to compare with numbers of the published script. */
  readonly table?: AlignmentTable
}

/** Rates in percent of the references' glosses, and what was counted. */
export interface GlossWer {
  readonly wer: number
  readonly substitutionRate: number
  readonly insertionRate: number
  readonly deletionRate: number
  readonly substitutions: number
  readonly insertions: number
  readonly deletions: number
  readonly referenceLength: number
}

/**
 * 100 · (S + I + D) / (glosses of the references), counted along the alignment of {@link alignGlosses}. Rates are NaN where the references
 * have no gloss. Throws ERR_DATA for no pairs, and as the clean-up does.
 */
export function glossWer(pairs: readonly TextPair[], options: GlossWerOptions = {}): GlossWer {
  return werOf(summed(glossWerMetric(options), pairs))
}

/** The gloss word error rate as sums over sentences. */
export function glossWerMetric({ cleanUp = 'none', table = 'int32' }: GlossWerOptions = {}): CorpusMetric {
  const clean = glossCleanUps[cleanUp]
  return {
    names: [{ key: 'wer', label: 'WER' }],
    method: `form:gloss|costs:4/3/3|clean:${cleanUp}${table === 'int32' ? '' : `|table:${table}`}`,
    higherIsBetter: false,
    statistics({ hypothesis, reference }) {
      const wanted = tokensOf(clean(reference))
      const steps = alignGlosses(wanted, tokensOf(clean(hypothesis)), table)
      const times = (kind: string) => steps.split(kind).length - 1
      return Float64Array.of(times('S'), times('I'), times('D'), wanted.length)
    },
    scores: (sum) => [werOf(sum).wer],
    counts: (sum) => ({ ...werOf(sum) }),
  }
}

function werOf(sum: Float64Array): GlossWer {
  const [substitutions, insertions, deletions, referenceLength] = sum as unknown as [number, number, number, number]
  const rate = (errors: number) => (referenceLength > 0 ? (errors / referenceLength) * 100 : Number.NaN)
  return {
    wer: rate(substitutions + insertions + deletions),
    substitutionRate: rate(substitutions),
    insertionRate: rate(insertions),
    deletionRate: rate(deletions),
    substitutions,
    insertions,
    deletions,
    referenceLength,
  }
}
