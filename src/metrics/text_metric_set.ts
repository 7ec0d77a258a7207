// The text metrics by the names that users know them by.

import { sequenceAccuracyMetric, tokenAccuracyMetric } from './accuracy.js'
import { bleuMetric } from './bleu.js'
import { characterErrorMetric, letterErrorMetric } from './character_errors.js'
import { chrfMetric } from './chrf.js'
import type { CorpusMetric } from './corpus_metric.js'
import { glossWerMetric } from './gloss_wer.js'
import { rougeMetric } from './rouge.js'
import type { GlossCleanUp, Smoothing, TextMetricName, Tokeniser } from './text_metric_names.js'
import { textWerMetric } from './text_wer.js'

export interface TextMetricOptions {
  /** Of BLEU, ROUGE-L and the accuracies. Default `ws`, where ROUGE-L cuts at every single space, as the published scripts do. */
  readonly tokeniser?: Tokeniser | undefined
  /** Default `none` for `ws`, else sacreBLEU's `exp`. */
  readonly smoothing?: Smoothing | undefined
  /** Glosses: the word error rate is that of recognition, after this clean-up. Default: sentences. */
  readonly glosses?: GlossCleanUp | undefined
}

const makers = {
  bleu: ({ tokeniser = 'ws', smoothing = tokeniser === 'ws' ? 'none' : 'exp' }) => bleuMetric({ tokeniser, smoothing }),
  rouge: ({ tokeniser = 'ws' }) => rougeMetric({ tokeniser: tokeniser === 'ws' ? 'space' : tokeniser }),
  chrf: () => chrfMetric(),
  wer: ({ glosses }) => (glosses === undefined ? textWerMetric() : glossWerMetric({ cleanUp: glosses })),
  cer: () => characterErrorMetric(),
  ler: () => letterErrorMetric(),
  exact: ({ tokeniser = 'ws' }) => sequenceAccuracyMetric({ tokeniser }),
  tokens: ({ tokeniser = 'ws' }) => tokenAccuracyMetric({ tokeniser }),
} satisfies Record<TextMetricName, (options: TextMetricOptions) => CorpusMetric>

/** A metric by its name. */
export const textMetric = (name: TextMetricName, options: TextMetricOptions = {}): CorpusMetric => makers[name](options)
