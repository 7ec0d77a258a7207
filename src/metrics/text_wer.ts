// Word error rate of sentences, as the SLRTP-2025 challenge computes it: jiwer's transforms, then Levenshtein's distance between words.

import { type CorpusMetric, scoreCorpus, type TextPair } from './corpus_metric.js'
import { editDistance } from './edit_distance.js'
import { trimmed, withoutRuns } from './white_space.js'

/** English contractions, in whatever language the text is: `geht's` becomes `geht is`. In this order, before the text is lower-cased. */
const contractions = [
  ["won't", 'will not'],
  ["can't", 'can not'],
  ["let's", 'let us'],
  ["n't", ' not'],
  ["'re", ' are'],
  ["'s", ' is'],
  ["'d", ' would'],
  ["'ll", ' will'],
  ["'t", ' not'],
  ["'ve", ' have'],
  ["'m", ' am'],
] as const

/** The words that are compared: contractions expanded, lower case, no punctuation, cut at U+0020 only. */
export function werWords(line: string): string[] {
  const expanded = contractions.reduce((text, [short, long]) => text.replaceAll(short, long), line)
  const spaced = trimmed(withoutRuns(expanded.toLowerCase()))
  return spaced.replace(/\p{P}/gu, '').split(' ').filter(Boolean)
}

/** 100 · edits / (words of the references). NaN for no pairs, and where a reference has no word, which jiwer refuses. */
export function textWer(pairs: readonly TextPair[]): number {
  return pairs.length === 0 ? Number.NaN : scoreCorpus(textWerMetric(), pairs)[0]!
}

/** The word error rate as sums over sentences: edits, words of the references, references without a word. */
export function textWerMetric(): CorpusMetric {
  return {
    names: [{ key: 'wer', label: 'WER' }],
    method: 'form:slrtp2025|costs:1/1/1|punct:n|contractions:en',
    higherIsBetter: false,
    statistics({ hypothesis, reference }) {
      const wanted = werWords(reference)
      return Float64Array.of(editDistance(werWords(hypothesis), wanted), wanted.length, wanted.length === 0 ? 1 : 0)
    },
    scores: ([errors, words, wordless]) => [wordless! > 0 ? Number.NaN : (100 * errors!) / words!],
    counts: ([errors, referenceLength]) => ({ errors, referenceLength }),
  }
}
