// What text passes before it is scored, and the signature that says so. Scores of lower-cased text, or without final full stops, are other scores.

import type { CorpusMetric } from './corpus_metric.js'
import { trimmed } from './white_space.js'

export interface NormaliseTextOptions {
  /** Default: case is kept. */
  readonly lowercase?: boolean | undefined
  /** Takes one full stop off the end of each line, and the space before it. Default: kept. */
  readonly stripDot?: boolean | undefined
}

/** A line as it is scored. */
export function normaliseLine(line: string, { lowercase = false, stripDot = false }: NormaliseTextOptions): string {
  const cased = lowercase ? line.toLowerCase() : line
  return stripDot ? trimmed(trimmed(cased).replace(/[.。]$/u, '')) : cased
}

/**
 * All that is needed to get the score again: `bleu4|tok:ws|smooth:none|eff:n|lc:n|dot:kept|n:642`.
 *
 * @param key of one of the metric's scores
 * @param sentences how many were scored
 * @param more parts about where the text comes from, such as `beam:3`
 */
export function textSignature<Example>(
  metric: CorpusMetric<Example>,
  key: string,
  sentences: number,
  { lowercase = false, stripDot = false, more = [] }: NormaliseTextOptions & { readonly more?: readonly string[] } = {},
): string {
  const normalised = [`lc:${lowercase ? 'y' : 'n'}`, `dot:${stripDot ? 'stripped' : 'kept'}`]
  return [key, metric.method, ...normalised, `n:${sentences}`, ...more].join('|')
}
