// The forward pass and loss of a batch of sentences.

import { type LanguageModel, languageLayerConfig, readSentences } from '../../model/language_model.js'
import type { Graph } from '../../ops/graph.js'
import { vocabularyCrossEntropy } from '../../ops/vocabulary.js'
import type { RecordedLosses } from '../../train/task.js'
import { tokenFeeds } from '../../train/tokens.js'
import type { SentenceShape } from './batch.js'

/**
 * Records a batch; `tokenLoss` reads its reports.
 * @param smoothing share of the goal that is spread over the vocabulary
 */
export function recordSentenceLosses(
  graph: Graph,
  { weights, config, vocabulary, positions }: LanguageModel,
  { batch, length }: SentenceShape,
  smoothing: number,
): RecordedLosses {
  const { recorder } = graph
  const given = tokenFeeds(recorder, 'given', [batch, length])
  const at = recorder.feed('at', [batch * length], 'u32')
  const lengths = recorder.feed('lengths', [batch], 'u32')
  const goal = recorder.feed('goal', [batch * length], 'u32')
  const coefficient = recorder.feed('coefficient', [batch * length])
  const recording = { graph, weights, config: languageLayerConfig(config) }
  const features = readSentences(recording, { tokens: given.tokens, at, lengths, positions }, vocabulary)
  const rows = recorder.scope('loss', () =>
    vocabularyCrossEntropy(graph, features, vocabulary, { goal, coefficient }, { ignored: config.padding, smoothing }),
  )
  return { feeds: { ...given.feeds, at, lengths, goal, coefficient }, reports: { rows, coefficient } }
}
