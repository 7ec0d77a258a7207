// F1 where an example has several labels at once, such as the pseudo-glosses of a sentence.

import { type CorpusMetric, scoreCorpus, summed } from './corpus_metric.js'

/** The labels of an example, found and wanted; each is a set, in which a label counts once. */
export interface LabelPair {
  readonly hypothesis: readonly string[]
  readonly reference: readonly string[]
}

/** From 0 to 1; NaN where there is nothing to divide by. */
export interface F1 {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** tp / (tp + ½(fp + fn)) of all labels of all examples together. Throws ERR_DATA for no examples. */
export function microF1(pairs: readonly LabelPair[]): F1 {
  const [precision, recall, f1] = scoreCorpus(microF1Metric(), pairs) as [number, number, number]
  return { precision, recall, f1 }
}

/** The mean of tp / (tp + ½(fp + fn)) over the classes that a reference has. NaN where none has any. Throws ERR_DATA for no examples. */
export const classF1 = (pairs: readonly LabelPair[]): number => classAverages(pairs).f1

/**
 * Precision, recall and F1 of each class that a reference has, averaged over these; a class that was never found has a precision of 0.
 * NaN where no reference has any. Throws ERR_DATA for no examples.
 */
export function classAverages(pairs: readonly LabelPair[]): F1 {
  const metric = classF1Metric([...new Set(pairs.flatMap(({ reference }) => reference))])
  const [f1, precision, recall] = metric.scores(summed(metric, pairs)) as [number, number, number]
  return { precision, recall, f1 }
}

/** {@link microF1} as sums over examples: true positives, false positives, false negatives. */
export function microF1Metric(): CorpusMetric<LabelPair> {
  return {
    names: [
      { key: 'precision', label: 'precision' },
      { key: 'recall', label: 'recall' },
      { key: 'f1', label: 'F1' },
    ],
    method: 'average:micro',
    higherIsBetter: true,
    statistics({ hypothesis, reference }) {
      const [said, wanted] = [new Set(hypothesis), new Set(reference)]
      const hits = [...said].filter((label) => wanted.has(label)).length
      return Float64Array.of(hits, said.size - hits, wanted.size - hits)
    },
    scores: ([hits, extra, missed]) => [hits! / (hits! + extra!), hits! / (hits! + missed!), f1Of(hits!, extra!, missed!)],
  }
}

/** {@link classAverages} as sums over examples, three for each of `classes`; other labels do not count. F1 comes first. */
export function classF1Metric(classes: readonly string[]): CorpusMetric<LabelPair> {
  return {
    names: [
      { key: 'classF1', label: 'class F1' },
      { key: 'classPrecision', label: 'class precision' },
      { key: 'classRecall', label: 'class recall' },
    ],
    method: `average:class|classes:${classes.length}`,
    higherIsBetter: true,
    statistics({ hypothesis, reference }) {
      const [said, wanted] = [new Set(hypothesis), new Set(reference)]
      return Float64Array.from(
        classes.flatMap((label) => {
          const [found, there] = [said.has(label), wanted.has(label)]
          return [found && there, found && !there, !found && there].map(Number)
        }),
      )
    },
    scores(sum) {
      const wanted = classes.flatMap((_, k) => {
        const [hits, extra, missed] = sum.subarray(3 * k, 3 * k + 3) as unknown as [number, number, number]
        return hits + missed > 0 ? [{ hits, extra, missed }] : []
      })
      const average = (of: (one: (typeof wanted)[number]) => number) => wanted.reduce((all, one) => all + of(one), 0) / wanted.length
      return [
        average(({ hits, extra, missed }) => f1Of(hits, extra, missed)),
        average(({ hits, extra }) => hits / Math.max(1, hits + extra)),
        average(({ hits, missed }) => hits / (hits + missed)),
      ]
    },
  }
}

const f1Of = (hits: number, extra: number, missed: number): number => hits / (hits + (extra + missed) / 2)
