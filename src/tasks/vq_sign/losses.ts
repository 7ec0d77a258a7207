// The forward pass and the losses of a batch of clips in the words of a codebook: what a training step records.

import type { RecordedSigns } from '../../infer/sign_reader.js'
import { tokenRows } from '../../model/sign_rows.js'
import { signLayers, signTokens } from '../../model/sign_tokens.js'
import { CODEBOOK, predictedSigns, type VqSignModel } from '../../model/vq_sign.js'
import type { Recording } from '../../nn/recording.js'
import { rowOfEach } from '../../ops/chosen_rows.js'
import { contrastivePrediction, type PredictionPairs } from '../../ops/contrastive_prediction.js'
import type { Graph } from '../../ops/graph.js'
import { vectorQuantise } from '../../ops/vector_quantise.js'
import type { BatchShape, PassReports, RecordedLosses } from '../../train/task.js'
import type { VqSignRunConfig } from './config.js'

/** Records a batch. Reports what `codeLosses` and `codesOf` read, and a token of each clip. */
export function recordCodeLosses(
  graph: Graph,
  model: VqSignModel,
  { batch, source }: Pick<BatchShape, 'batch' | 'source'>,
  { commitment, negatives }: Pick<VqSignRunConfig['loss'], 'commitment' | 'negatives'>,
  seen: RecordedSigns,
): RecordedLosses {
  const { recorder } = graph
  const { weights, config, tables } = model
  const r: Recording = { graph, weights, config: signLayers(config) }
  const rows = batch * tokenRows(source, config)
  const [predictions, slots] = [rows * config.steps, negatives + 1]
  const feeds = {
    tokenAt: recorder.feed('token_at', [rows], 'u32'),
    share: recorder.feed('share', [1]),
    partner: recorder.feed('partner', [predictions, slots], 'u32'),
    weight: recorder.feed('weight', [predictions, slots]),
    start: recorder.feed('start', [rows + 1], 'u32'),
    reverse: recorder.feed('reverse', [predictions * slots], 'u32'),
    chosen: recorder.feed('chosen', [batch], 'u32'),
    none: recorder.feed('none', [1], 'u32'),
  }
  const lengths = seen.inputs.lengths.at(-1)!
  const tokens = signTokens(r, config, seen.inputs, tables)
  const quantising = { lengths, count: config.codes, commitment, share: feeds.share }
  const { y, index, distance } = recorder.scope(CODEBOOK, () => vectorQuantise(graph, tokens, weights.get(CODEBOOK), quantising))
  const predicted = predictedSigns(r, model, { codes: y, lengths, at: feeds.tokenAt })
  const pairs: PredictionPairs = feeds
  const result = recorder.scope('prediction', () => contrastivePrediction(graph, predicted, tokens, pairs))
  const row = recorder.scope('chosen', () => rowOfEach(graph, tokens, { at: feeds.chosen, none: feeds.none }))
  return { feeds: { ...seen.feeds, ...feeds }, reports: { result, index, distance, row } }
}

export interface CodeLosses {
  /** Of predictions, a token's share. */
  readonly prediction: number
  /** Of what draws tokens and codes together, a token's share. */
  readonly quantisation: number
}

/** The losses of a batch, from the reports of its passes. `share`: what a token's squared distance counts. */
export function codeLosses(passes: readonly PassReports[], { share, commitment }: { share: number; commitment: number }): CodeLosses {
  let [prediction, distances] = [0, 0]
  for (const { result, distance } of passes) {
    new Float32Array(result!).forEach((value, i) => {
      if (i % 2 === 0) prediction += value
    })
    for (const value of new Float32Array(distance!)) distances += value
  }
  return { prediction, quantisation: share * (1 + commitment) * distances }
}
