// The forward pass and the loss of a batch of signed sentences: what a training step of sign translation records.

import type { RecordedSigns } from '../../infer/sign_reader.js'
import { tokenPlacesOf } from '../../infer/translation_reader.js'
import { tokenRows } from '../../model/sign_rows.js'
import { readSigns, type SignTranslationConfig, type SignTranslationModel, writeTokens } from '../../model/sign_translation.js'
import { placesOf } from '../../nn/text_transformer.js'
import type { Graph } from '../../ops/graph.js'
import type { BatchShape, HostArrays, RecordedLosses } from '../../train/task.js'
import { recordTokenLoss, tokenArrays, tokenFeeds } from '../../train/tokens.js'

/** A batch's padded sizes: tokens are the target, frames the source. */
export type TranslationShape = Pick<BatchShape, 'batch' | 'source' | 'target'>

/**
 * Records a batch; `tokenLoss` reads its reports.
 *
 * @param smoothing share of the goal that is spread over the vocabulary
 * @param seen what was recorded of the frames
 */
export function recordTranslationLosses(
  graph: Graph,
  model: SignTranslationModel,
  { batch, source, target }: TranslationShape,
  smoothing: number,
  { feeds: signs, inputs }: RecordedSigns,
): RecordedLosses {
  const { recorder } = graph
  const { text, config } = model
  const read = tokenFeeds(recorder, 'read', [batch, tokenRows(source, config.signs)])
  const given = tokenFeeds(recorder, 'given', [batch, target])
  const written = tokenFeeds(recorder, 'written', [batch, target])
  const givenLengths = recorder.feed('given_lengths', [batch], 'u32')
  const memory = readSigns(model, graph, { ...inputs, places: read.tokens })
  const writing = { places: written.tokens, lengths: givenLengths, memory, memoryLengths: inputs.lengths.at(-1)! }
  const logits = writeTokens(model, graph, given.tokens, writing)
  const loss = recordTokenLoss(graph, logits, { classes: text.size, ignored: text.special.padding, smoothing })
  return { feeds: { ...signs, ...read.feeds, ...given.feeds, ...written.feeds, givenLengths, ...loss.feeds }, reports: loss.reports }
}

/** Where tokens that are read and written stand, for a batch of this shape. */
export function placesArrays({ batch, source, target }: TranslationShape, { signs, transformer }: SignTranslationConfig): HostArrays {
  const { places } = transformer
  const written = placesOf(batch, target, places)
  return {
    ...tokenArrays('read', tokenPlacesOf({ rows: batch, length: source }, signs, places), NO_PLACE),
    ...tokenArrays('written', written, NO_PLACE),
  }
}

/** A row of a table of positions that none stands at: all others are trained. */
const NO_PLACE = 0
