// Which text metrics a report has, and of which lines each is counted. The counting is that of `signllm score`, sentence by sentence, so that classes and
// resamples of a corpus are sums.

import { letterErrorMetric } from '../metrics/character_errors.js'
import { type CorpusMetric, type CountedCorpus, countCorpus, type TextPair, total } from '../metrics/corpus_metric.js'
import { glossWerMetric } from '../metrics/gloss_wer.js'
import type { GlossCleanUp } from '../metrics/text_metric_names.js'
import { textMetric } from '../metrics/text_metric_set.js'
import { type TokenPolicy, tokenise } from '../text/tokenise.js'
import type { TextMeasure } from './measures.js'

/** What was said, what should have been, and the glosses of both where there are any. */
export interface JudgedText {
  readonly hypothesis: string
  readonly reference: string
  readonly hypothesisGlosses?: string | undefined
  readonly referenceGlosses?: string | undefined
}

/** A metric with the measures that are its scores, in order. */
interface ReportMetric {
  readonly measures: readonly TextMeasure[]
  readonly metric: CorpusMetric
  readonly linesOf: (text: JudgedText) => TextPair
  /** How the lines were cut, for the signature. */
  readonly cut: string
}

export interface ReportMetricOptions {
  readonly unit: 'words' | 'letters'
  /** How both sides of the texts are cut, so that case and marks that the judge never learned cost nothing. */
  readonly tokens: TokenPolicy
  /** What glosses pass before they are compared. */
  readonly glossCleanUp: GlossCleanUp
  /** Whether the references are letters between spaces, of which `sch` is one. */
  readonly spelled: boolean
}

/** The metrics of a report. */
export function reportMetrics({ unit, tokens, glossCleanUp, spelled }: ReportMetricOptions): ReportMetric[] {
  const byTokens = linesBy(tokens, spelled)
  const errors: ReportMetric =
    unit === 'letters'
      ? { measures: ['letterErrorRate'], metric: letterErrorMetric(), ...linesBy('letters', spelled) }
      : { measures: ['wer'], metric: textMetric('wer'), ...byTokens }
  return [
    { measures: ['bleu1', 'bleu2', 'bleu3', 'bleu4'], metric: textMetric('bleu'), ...byTokens },
    { measures: ['rougeL'], metric: textMetric('rouge'), ...byTokens },
    { measures: ['chrf'], metric: textMetric('chrf'), ...byTokens },
    errors,
    { measures: ['exact'], metric: textMetric('exact'), ...byTokens },
    { measures: ['glossWer'], metric: glossWerMetric({ cleanUp: glossCleanUp }), linesOf: glossLines, cut: 'cut:ws' },
  ]
}

function linesBy(tokens: TokenPolicy, spelled: boolean): Pick<ReportMetric, 'linesOf' | 'cut'> {
  const whole = tokens === 'letters' && spelled
  const line = (text: string) =>
    whole ? tokenise(text, 'whitespace').map(lettersOf).filter(Boolean).join(' ') : tokenise(text, tokens).join(' ')
  return {
    linesOf: ({ hypothesis, reference }) => ({ hypothesis: line(hypothesis), reference: line(reference) }),
    cut: tokens === 'whitespace' ? 'cut:ws|lc:n|punct:kept' : `cut:${whole ? 'spaced-letters' : tokens}|lc:y|punct:n`,
  }
}

const lettersOf = (part: string): string => tokenise(part, 'letters').join('')

/** Both empty where either side has none, which counts nothing. */
function glossLines({ hypothesisGlosses, referenceGlosses = '' }: JudgedText): TextPair {
  const both = hypothesisGlosses !== undefined && referenceGlosses.trim() !== ''
  return both ? { hypothesis: hypothesisGlosses, reference: referenceGlosses } : { hypothesis: '', reference: '' }
}

/** A measure of a corpus: the counts of its metric, and which of the metric's scores it is. */
export interface MeasuredCorpus {
  readonly corpus: CountedCorpus
  readonly index: number
}

/** A corpus of translations, counted by every metric. */
export type CountedTexts = ReadonlyMap<TextMeasure, MeasuredCorpus>

/** Counts every text once. Throws ERR_DATA for no texts, and as a clean-up of glosses does. */
export function countTexts(metrics: readonly ReportMetric[], texts: readonly JudgedText[]): CountedTexts {
  return new Map(
    metrics.flatMap(({ measures, metric, linesOf }) => {
      const corpus = countCorpus(metric, texts.map(linesOf))
      return measures.map((measure, index) => [measure, { corpus, index }] as const)
    }),
  )
}

/** The score of the corpus, or of these of its texts; undefined where there is none, such as of glosses where there are none. */
export function scoreOf(counted: CountedTexts, measure: TextMeasure, texts?: readonly number[]): number | undefined {
  const measured = counted.get(measure)
  if (!measured) return undefined
  const { corpus, index } = measured
  const score = corpus.metric.scores(total(corpus, texts && Uint32Array.from(texts)))[index]!
  return Number.isNaN(score) ? undefined : score
}

/** Tokens said over tokens wanted. */
export function lengthRatioOf(counted: CountedTexts): number {
  const { corpus } = counted.get('bleu4')!
  const { hypothesisLength, referenceLength } = corpus.metric.counts!(total(corpus)) as Record<string, number>
  return hypothesisLength! / referenceLength!
}

/** A measure of several judges as one: its counts side by side, its score the mean of theirs. */
export function acrossJudges(judges: readonly CountedTexts[], measure: TextMeasure): CountedCorpus | undefined {
  const measured = judges.map((counted) => counted.get(measure))
  const [first] = measured
  if (!first) return undefined
  const { corpus, index } = first
  const width = corpus.statistics.length / corpus.examples
  const statistics = new Float64Array(measured.length * corpus.statistics.length)
  for (let i = 0; i < corpus.examples; i++)
    for (const [k, own] of measured.entries())
      statistics.set(own!.corpus.statistics.subarray(i * width, (i + 1) * width), (i * measured.length + k) * width)
  const mean = (sum: Float64Array) =>
    measured.reduce((all, _, k) => all + corpus.metric.scores(sum.subarray(k * width, (k + 1) * width))[index]!, 0) / measured.length
  const { method, higherIsBetter, names } = corpus.metric
  return { metric: { names: [names[index]!], method, higherIsBetter, scores: (sum) => [mean(sum)] }, examples: corpus.examples, statistics }
}

/** How each measure is counted here, of so many sentences: enough to count it again. */
export function textSignatures(metrics: readonly ReportMetric[], sentences: number): Partial<Record<TextMeasure, string>> {
  return Object.fromEntries(
    metrics.flatMap(({ measures, metric, cut }) =>
      measures.map((measure) => [measure, [measure, metric.method, cut, `n:${sentences}`].join('|')] as const),
    ),
  )
}
