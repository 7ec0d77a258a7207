// The forward pass and loss of a batch of sentences.

import { type LanguageModel, languageLayerConfig, readSentences } from '../../model/language_model.js'
import type { Graph } from '../../ops/graph.js'
import { vocabularyCrossEntropy } from '../../ops/vocabulary.js'
import { tokenFeeds } from '../../train/tokens.js'
import type { SentenceShape } from './batch.js'

/** Records a batch up to the features from which each next token follows, [B, T, D]. */
export function recordSentences(graph: Graph, { weights, config, vocabulary, positions }: LanguageModel, { batch, length }: SentenceShape) {
  const { recorder } = graph
  const given = tokenFeeds(recorder, 'given', [batch, length])
  const at = recorder.feed('at', [batch * length], 'u32')
  const lengths = recorder.feed('lengths', [batch], 'u32')
  const recording = { graph, weights, config: languageLayerConfig(config) }
  const features = readSentences(recording, { tokens: given.tokens, at, lengths, positions }, vocabulary)
  return { feeds: { ...given.feeds, at, lengths }, features }
}

/**
 * Records a batch; `tokenLoss` reads its reports.
 * @param smoothing share of the goal that is spread over the vocabulary
 */
export function recordSentenceLosses(graph: Graph, model: LanguageModel, shape: SentenceShape, smoothing: number) {
  const { recorder } = graph
  const { feeds, features } = recordSentences(graph, model, shape)
  const goal = recorder.feed('goal', [shape.batch * shape.length], 'u32')
  const coefficient = recorder.feed('coefficient', [shape.batch * shape.length])
  const rows = recorder.scope('loss', () =>
    vocabularyCrossEntropy(graph, features, model.vocabulary, { goal, coefficient }, { ignored: model.config.padding, smoothing }),
  )
  return { feeds: { ...feeds, goal, coefficient }, reports: { rows, coefficient } }
}
