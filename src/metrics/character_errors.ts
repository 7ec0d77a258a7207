// Error rates of what is smaller than a word: characters of text, letters of fingerspelling.

import { type CorpusMetric, scoreCorpus, type TextPair } from './corpus_metric.js'
import { editDistance } from './edit_distance.js'
import { tokensOf } from './white_space.js'

/**
 * 100 · edits / (code points of the references), runs of white space counting as one space and not at the ends. NaN for no pairs, and where
 * the references are empty.
 */
export function characterErrorRate(pairs: readonly TextPair[]): number {
  return pairs.length === 0 ? Number.NaN : scoreCorpus(characterErrorMetric(), pairs)[0]!
}

/** 100 · edits / (letters of the references) of text with a letter between spaces, so that `sch` or `ñ` in two code points is one. NaN as above. */
export function letterErrorRate(pairs: readonly TextPair[]): number {
  return pairs.length === 0 ? Number.NaN : scoreCorpus(letterErrorMetric(), pairs)[0]!
}

/** The character error rate as sums over sentences. */
export function characterErrorMetric(): CorpusMetric {
  return errorMetric({ key: 'cer', label: 'CER' }, 'unit:codepoint|costs:1/1/1', (line) => [...tokensOf(line).join(' ')])
}

/** The letter error rate as sums over sentences. */
export function letterErrorMetric(): CorpusMetric {
  return errorMetric({ key: 'ler', label: 'LER' }, 'unit:token|costs:1/1/1', tokensOf)
}

function errorMetric(name: { key: string; label: string }, method: string, cut: (line: string) => string[]): CorpusMetric {
  return {
    names: [name],
    method,
    higherIsBetter: false,
    statistics({ hypothesis, reference }) {
      const wanted = cut(reference)
      return Float64Array.of(editDistance(cut(hypothesis), wanted), wanted.length)
    },
    scores: ([errors, length]) => [length! > 0 ? (100 * errors!) / length! : Number.NaN],
    counts: ([errors, referenceLength]) => ({ errors, referenceLength }),
  }
}
