// What training steps of sign-text matching record: the features of a pass over a batch, their loss against those of the whole batch, and the restoring of sentences.

import type { RecordedSigns } from '../../infer/sign_reader.js'
import { tokenRows } from '../../model/sign_rows.js'
import { restoreSentences, SCALE, type SignTextMatchingModel, signFeatures, textFeatures } from '../../model/sign_text_matching.js'
import type { ParameterSet } from '../../nn/parameter_set.js'
import { chosenRows } from '../../ops/chosen_rows.js'
import type { Graph } from '../../ops/graph.js'
import { matchingLoss } from '../../ops/matching.js'
import { padded } from '../../ops/parameter.js'
import type { BatchShape, PassReports, RecordedLosses } from '../../train/task.js'
import { recordTokenLoss, tokenFeeds } from '../../train/tokens.js'

/** A pass's features, as recorded: [B, D] each, by the names of the feeds that take those of the whole batch. */
function recordFeatures(graph: Graph, model: SignTextMatchingModel, { batch, source, target }: BatchShape, seen: RecordedSigns) {
  const { recorder } = graph
  const read = tokenFeeds(recorder, 'read', [batch, tokenRows(source, model.config.signs) + 1])
  const words = tokenFeeds(recorder, 'words', [batch, target])
  const placed = tokenFeeds(recorder, 'placed', [batch, target])
  const feeds = {
    tokenLengths: recorder.feed('token_lengths', [batch], 'u32'),
    sentenceLengths: recorder.feed('sentence_lengths', [batch], 'u32'),
    first: recorder.feed('first', [batch], 'u32'),
    last: recorder.feed('last', [batch], 'u32'),
    none: recorder.feed('none', [1], 'u32'),
  }
  const { tokenLengths, sentenceLengths: lengths, first, last, none } = feeds
  const signs = signFeatures(model, graph, { ...seen.inputs, places: read.tokens, tokenLengths, feature: { at: first, none } })
  const texts = textFeatures(model, graph, { tokens: words.tokens, places: placed.tokens, lengths, feature: { at: last, none } })
  return {
    feeds: { ...seen.feeds, ...read.feeds, ...words.feeds, ...placed.feeds, ...feeds },
    features: { allSigns: signs, allTexts: texts },
  }
}

/** Records what a pass makes of its clips and sentences. */
export function recordPassFeatures(graph: Graph, model: SignTextMatchingModel, shape: BatchShape, seen: RecordedSigns): RecordedLosses {
  const { feeds, features } = recordFeatures(graph, model, shape, seen)
  return { feeds, reports: features }
}

/** Records a pass with the loss of the whole batch, of which its own rows are made here and those of other passes are given. `matchingLossOf` reads its reports. */
export function recordMatching(graph: Graph, model: SignTextMatchingModel, shape: BatchShape, seen: RecordedSigns): RecordedLosses {
  const { recorder } = graph
  const { feeds: given, features } = recordFeatures(graph, model, shape, seen)
  const rows = shape.whole ?? shape.batch
  const all = [padded(rows), model.config.transformer.width]
  const feeds = {
    allSigns: recorder.feed('all_signs', all),
    allTexts: recorder.feed('all_texts', all),
    place: recorder.feed('place', [1], 'u32'),
    own: recorder.feed('own', [rows]),
    coefficient: recorder.feed('coefficient', [1]),
  }
  const scale = model.weights.get(SCALE)
  const result = recorder.scope('matching', () => {
    const put = (name: 'allSigns' | 'allTexts') =>
      chosenRows(graph, features[name], { at: given.first, place: feeds.place, table: feeds[name] })
    const { own, coefficient } = feeds
    return matchingLoss(graph, { signs: put('allSigns'), texts: put('allTexts'), scale, coefficient, own }, rows)
  })
  return { feeds: { ...given, ...feeds }, reports: { result, own: feeds.own, scale: scale.value } }
}

/** The loss of a batch, each pass's share that of its own rows; and what cosines are multiplied by. */
export function matchingLossOf(passes: readonly PassReports[]): { readonly loss: number; readonly factor: number } {
  let loss = 0
  for (const { result, own } of passes) {
    const divergences = new Float32Array(result!)
    const mine = new Float32Array(own!)
    const rows = mine.length
    for (const [i, share] of mine.entries()) loss += (share * (divergences[2 * i]! + divergences[2 * (rows + i)]!)) / (2 * rows)
  }
  return { loss, factor: Math.exp(new Float32Array(passes.at(-1)!.scale!)[0]!) }
}

/** Records the restoring of sentences of which words are hidden. `tokenLoss` reads its reports. */
export function recordRestoring(
  graph: Graph,
  model: SignTextMatchingModel & { readonly restoring: ParameterSet },
  { batch, target }: BatchShape,
  smoothing: number,
): RecordedLosses {
  const { recorder } = graph
  const { text } = model
  const fed = {
    hidden: recorder.feed('hidden', [batch, target], 'u32'),
    hiddenPlaces: recorder.feed('hidden_places', [batch, target], 'u32'),
    hiddenLengths: recorder.feed('hidden_lengths', [batch], 'u32'),
    givenLengths: recorder.feed('given_lengths', [batch], 'u32'),
  }
  const given = tokenFeeds(recorder, 'given', [batch, target])
  const written = tokenFeeds(recorder, 'written', [batch, target])
  const hidden = { tokens: { ids: fed.hidden }, places: { ids: fed.hiddenPlaces }, lengths: fed.hiddenLengths }
  const writing = { places: written.tokens, lengths: fed.givenLengths }
  const logits = restoreSentences(model, graph, { hidden, given: given.tokens, writing })
  const loss = recordTokenLoss(graph, logits, { classes: text.size, ignored: text.special.padding, smoothing })
  return { feeds: { ...fed, ...given.feeds, ...written.feeds, ...loss.feeds }, reports: loss.reports }
}
