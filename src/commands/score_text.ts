// `signllm score HYP.txt REF.txt`: translations of any system against their references, each score with its interval and its signature.

import { existsSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { formatTable } from '../base/table.js'
import { type BootstrapOptions, bootstrapIntervals, bootstrapSignature, type Comparison, pairedBootstrap } from '../metrics/bootstrap.js'
import { countCorpus, total } from '../metrics/corpus_metric.js'
import { type GlossCleanUp, type Smoothing, type TextMetricName, type Tokeniser, textMetricNames } from '../metrics/text_metric_names.js'
import { textMetric } from '../metrics/text_metric_set.js'
import { textSignature } from '../metrics/text_normalisation.js'
import { tokensOf } from '../metrics/white_space.js'
import { uncutWriting } from '../text/word_boundaries.js'
import { type ExternalScore, readScorerLines, writeScorerLines } from './score_external.js'
import { checkGlosses, readHypotheses, readReferences, type ScoredLines } from './score_lines.js'

export interface ScoreTextOptions extends BootstrapOptions {
  /** Names of metrics with commas between. Default: `bleu,rouge,chrf,wer,exact`. */
  readonly metrics?: string
  readonly tokenise?: Tokeniser
  readonly smooth?: Smoothing
  readonly lowercase?: boolean
  readonly stripDot?: boolean
  /** The lines are glosses. */
  readonly gloss?: boolean
  /** What glosses pass before they are compared. Default `phoenix-2014t`. */
  readonly cleanUp?: GlossCleanUp
  /** Hypotheses of another system, to compare with. */
  readonly against?: string
  /** Where the sentences are to be written for other scorers. */
  readonly jsonl?: string
  /** Files of scores that others gave. */
  readonly external?: readonly string[]
}

/** One score; `interval` holds 95 % of the resamples. In percent, but for scores of others. */
export interface TextScore {
  readonly key: string
  readonly label: string
  readonly value: number
  readonly interval: readonly [number, number]
  readonly signature: string
  /** The other system's score, and the difference to it. */
  readonly against?: Omit<Comparison, 'value'>
}

export interface ScoreTextSummary {
  readonly hypotheses: string
  readonly references: string
  readonly against?: string
  readonly sentences: number
  /** Hypotheses without a word. */
  readonly emptyHypotheses: number
  readonly scores: readonly TextScore[]
  /** What the scores are made of, by metric. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly external: readonly ExternalScore[]
  readonly jsonl?: string
  /** How the intervals were drawn, e.g. `bs:1000|seed:27`. */
  readonly bootstrap: string
  readonly notes: readonly string[]
}

const DEFAULT_METRICS = 'bleu,rouge,chrf,wer,exact'

/**
 * Scores a file of hypotheses line by line. Throws ERR_USAGE for a metric that there is not, for a clean-up without glosses and for an output
 * that is an input, ERR_DATA for files that cannot be read or do not fit, ERR_OUTPUT where `jsonl` cannot be written.
 */
export async function scoreTextFiles(hypotheses: string, references: string, options: ScoreTextOptions = {}): Promise<ScoreTextSummary> {
  const names = metricNames(options.metrics ?? DEFAULT_METRICS)
  checkUsage([hypotheses, references, options.against, ...(options.external ?? [])], options)
  const wanted = await readReferences(references, options)
  const said = await readHypotheses(hypotheses, wanted, options)
  const other = options.against === undefined ? undefined : await readHypotheses(options.against, wanted, options)
  const sentences = said.pairs.length
  const external = await Promise.all((options.external ?? []).map((path) => readScorerLines(path, sentences, options)))

  const glosses = options.gloss ? (options.cleanUp ?? 'phoenix-2014t') : undefined
  if (glosses) for (const lines of other ? [said, other] : [said]) checkGlosses(lines, references, glosses)
  const counted = names.map((name) => {
    const metric = textMetric(name, { tokeniser: options.tokenise, smoothing: options.smooth, glosses })
    return { name, metric, corpus: countCorpus(metric, said.pairs) }
  })
  const scores = counted.flatMap(({ metric, corpus }) => {
    const intervals = bootstrapIntervals(corpus, options)
    const compared = other && pairedBootstrap(corpus, countCorpus(metric, other.pairs), options)
    return metric.names.map(({ key, label }, k): TextScore => {
      const { value: _, ...against } = compared?.[k] ?? {}
      const signature = textSignature(metric, key, sentences, options)
      return { key, label, ...intervals[k]!, signature, ...(compared ? { against: against as Omit<Comparison, 'value'> } : {}) }
    })
  })
  const counts = Object.fromEntries(
    counted.flatMap(({ name, metric, corpus }) => (metric.counts ? [[name, metric.counts(total(corpus))]] : [])),
  )
  if (options.jsonl !== undefined) await writeScorerLines(options.jsonl, said.raw)
  return {
    hypotheses,
    references,
    ...(other ? { against: other.path } : {}),
    sentences,
    emptyHypotheses: said.empty.length,
    scores,
    counts,
    external,
    ...(options.jsonl === undefined ? {} : { jsonl: options.jsonl }),
    bootstrap: bootstrapSignature(options),
    notes: [...[said, ...(other ? [other] : [])].flatMap(emptyNote), ...uncutNote(said, options), ...wordlessNote(scores)],
  }
}

/** A table of the scores, then their signatures, and how the intervals were drawn. */
export function formatScoredText({ hypotheses, against, scores, external, bootstrap, jsonl }: ScoreTextSummary): string {
  const number = (value: number, digits = 2) => (Number.isFinite(value) ? value.toFixed(digits) : '-')
  const span = ([low, high]: readonly [number, number], digits?: number) => `${number(low, digits)} to ${number(high, digits)}`
  const rows = scores.map(({ label, value, interval, against: other }) =>
    other
      ? [label, number(value), number(other.other), number(other.difference), span(other.interval), number(other.p, 3)]
      : [label, number(value), span(interval)],
  )
  const others = external.map(({ name, value, interval }) => [name, number(value, 4), span(interval, 4)])
  const head =
    against === undefined
      ? ['', 'score', '95 % interval']
      : ['', basename(hypotheses), basename(against), 'difference', '95 % interval', 'p']
  return [
    formatTable([head, ...rows]),
    ...(others.length > 0 ? ['', formatTable([['external', 'mean', '95 % interval'], ...others])] : []),
    '',
    ...scores.map(({ signature }) => signature),
    `intervals: ${bootstrap}`,
    ...(jsonl === undefined ? [] : [`sentences for other scorers: ${jsonl}`]),
  ].join('\n')
}

function metricNames(text: string): TextMetricName[] {
  const names = [...new Set(text.split(',').map((name) => name.trim()))]
  return names.map((name) => {
    const found = textMetricNames.find((known) => known === name)
    if (found) return found
    throw new SignError(
      'ERR_USAGE',
      'score',
      `wanted metrics out of ${textMetricNames.join(', ')}, got '${name}'`,
      'Give them as in bleu,wer',
    )
  })
}

function checkUsage(inputs: readonly (string | undefined)[], { jsonl, gloss = false, cleanUp, lowercase = false }: ScoreTextOptions): void {
  if (cleanUp !== undefined && !gloss)
    throw new SignError('ERR_USAGE', 'score', 'wanted --clean-up with --gloss, got it alone', 'Add --gloss: sentences are not cleaned up')
  if (gloss && lowercase && cleanUp !== 'none') {
    const problem = 'wanted glosses as they are written, got --lowercase, after which a clean-up finds nothing'
    throw new SignError('ERR_USAGE', 'score', problem, 'Leave --lowercase out, or add --clean-up none')
  }
  if (jsonl === undefined || !existsSync(jsonl)) return
  const at = realpathSync(jsonl)
  if (inputs.some((path) => path !== undefined && existsSync(path) && realpathSync(path) === at))
    throw new SignError('ERR_USAGE', 'score', `wanted a file of its own as --jsonl, got ${jsonl}, which is read`, 'Choose another name')
}

function emptyNote({ path, empty }: ScoredLines): string[] {
  if (empty.length === 0) return []
  const lines = `${empty.length === 1 ? 'line' : 'lines'} ${empty.slice(0, 5).join(', ')}${empty.length > 5 ? ', …' : ''}`
  return [`${path}: ${counted(empty.length, 'empty hypothesis', 'empty hypotheses')} (${lines}), scored as nothing said`]
}

function uncutNote({ pairs }: ScoredLines, { tokenise = 'ws' }: ScoreTextOptions): string[] {
  if (tokenise !== 'ws' && tokenise !== '13a') return []
  const uncut = uncutWriting(pairs.flatMap(({ reference }) => tokensOf(reference)))
  if (!uncut) return []
  const asked = uncut.writing === 'Chinese or Japanese' ? '--tokenise zh or --tokenise char' : '--tokenise char'
  return [
    `the references are ${uncut.writing} without spaces, so that whole clauses are compared as one word: use ${asked}, or chrf and cer`,
  ]
}

function wordlessNote(scores: readonly TextScore[]): string[] {
  if (!scores.some(({ key, value }) => key === 'wer' && Number.isNaN(value))) return []
  return ['no word error rate: a reference has no word left once punctuation, or what the clean-up takes out, is gone']
}
