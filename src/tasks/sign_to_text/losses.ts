// The forward pass and the loss of a batch of signed sentences: what a training step of sign to text records.

import type { Recorder } from '../../device/program.js'
import type { RecordedSigns } from '../../infer/sign_reader.js'
import { signTextFeeds } from '../../infer/sign_text_reader.js'
import { signFeaturesOf } from '../../model/sign_features.js'
import { tokenRows } from '../../model/sign_rows.js'
import { readText, type SignToTextModel } from '../../model/sign_to_text.js'
import type { Graph } from '../../ops/graph.js'
import { type VocabularyShard, vocabularyCrossEntropy } from '../../ops/vocabulary.js'
import type { BatchShape, RecordedLosses } from '../../train/task.js'
import { tokenFeeds } from '../../train/tokens.js'
import { type CodeSettings, codeFeeds, drawingOf, recordDiscrepancy } from './codes.js'

/**
 * Records a batch; `tokenLoss` reads its reports. Where the language model is trained too, its tokens are fed as `tokenArrays` makes them.
 *
 * @param smoothing share of the goal that is spread over the vocabulary
 * `seen`: what was recorded of the frames; default frames of numbers. `codes`: how those of a model of codes are learnt.
 */
export function recordTextLosses(
  graph: Graph,
  model: SignToTextModel,
  { batch, source, target }: Pick<BatchShape, 'batch' | 'source' | 'target'>,
  smoothing: number,
  { seen, codes = null }: { readonly seen?: RecordedSigns; readonly codes?: CodeSettings | null } = {},
): RecordedLosses {
  const { recorder } = graph
  const { config, language } = model
  const { feeds: signs, inputs } = signTextFeeds(recorder, { rows: batch, length: source }, config.signs, seen)
  const [{ table }] = language.vocabulary.shards as [VocabularyShard]
  const given = graph.requiresGrad(table) ? tokenFeeds(recorder, 'given', [batch, target]) : frozenFeeds(recorder, [batch, target])
  const wordAt = recorder.feed('word_at', [batch * target], 'u32')
  const givenLengths = recorder.feed('given_lengths', [batch], 'u32')
  const goal = recorder.feed('goal', [batch * target], 'u32')
  const coefficient = recorder.feed('coefficient', [batch * target])
  const coded = codes && { codes, feeds: codeFeeds(recorder, batch * tokenRows(source, config.signs), codes) }
  const signing = signFeaturesOf(model, graph, inputs, coded ? drawingOf(coded.feeds, coded.codes) : undefined)
  const { memory, lengths: memoryLengths } = signing
  const sentence = { tokens: given.tokens, at: wordAt, lengths: givenLengths, memory, memoryLengths }
  const features = readText(model, graph, sentence)
  const options = { ignored: config.language.padding, smoothing }
  const rows = recorder.scope('loss', () => vocabularyCrossEntropy(graph, features, language.vocabulary, { goal, coefficient }, options))
  const reports = coded ? recordDiscrepancy(graph, model, signing, coded.feeds) : {}
  return {
    feeds: { ...signs, ...given.feeds, wordAt, givenLengths, goal, coefficient, ...coded?.feeds },
    reports: { rows, coefficient, ...reports },
  }
}

/** Tokens that are looked up in a table which is frozen. */
function frozenFeeds(recorder: Recorder, shape: readonly [batch: number, length: number]) {
  const ids = recorder.feed('given', shape, 'u32')
  return { tokens: { ids }, feeds: { given: ids } }
}
