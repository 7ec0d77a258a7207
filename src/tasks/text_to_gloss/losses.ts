// The forward pass and loss of a batch of prompts: what a training step of text to gloss records.

import type { Recording } from '../../model/layers.js'
import { decodeGloss, type GlossModel } from '../../model/text_to_gloss.js'
import { encode } from '../../model/text_to_pose.js'
import { crossEntropy } from '../../ops/cross_entropy.js'
import type { Graph } from '../../ops/graph.js'
import { specialId } from '../../text/vocabulary.js'
import type { PassReports, RecordedLosses } from '../../train/task.js'
import type { GlossShape } from './batch.js'

/**
 * Records a batch. Reports: `rows` f32 [B·T, 2], each token's loss before its share; `coefficient`, the shares.
 * @param smoothing share of the goal that is spread over the vocabulary
 */
export function recordGlossLosses(
  graph: Graph,
  model: GlossModel,
  { batch, source, target }: GlossShape,
  smoothing: number,
): RecordedLosses {
  const { recorder } = graph
  const [sourceRows, givenRows] = [batch * source, batch * target]
  const feeds = {
    ids: recorder.feed('ids', [batch, source], 'u32'),
    uniqueIds: recorder.feed('unique_ids', [sourceRows], 'u32'),
    starts: recorder.feed('starts', [sourceRows + 1], 'u32'),
    order: recorder.feed('order', [sourceRows], 'u32'),
    sourceLengths: recorder.feed('source_lengths', [batch], 'u32'),
    given: recorder.feed('given', [batch, target], 'u32'),
    givenUniqueIds: recorder.feed('given_unique_ids', [givenRows], 'u32'),
    givenStarts: recorder.feed('given_starts', [givenRows + 1], 'u32'),
    givenOrder: recorder.feed('given_order', [givenRows], 'u32'),
    glossLengths: recorder.feed('gloss_lengths', [batch], 'u32'),
    goal: recorder.feed('goal', [givenRows], 'u32'),
    coefficient: recorder.feed('coefficient', [givenRows]),
  }
  const { weights, config, positions } = model
  const recording: Recording = { graph, weights, config }
  const { uniqueIds, starts, order, givenUniqueIds, givenStarts, givenOrder } = feeds
  const memory = encode(recording, { ids: feeds.ids, inverse: { uniqueIds, starts, order } }, feeds.sourceLengths, positions)
  const given = { ids: feeds.given, inverse: { uniqueIds: givenUniqueIds, starts: givenStarts, order: givenOrder } }
  const logits = decodeGloss(recording, given, feeds.glossLengths, positions, memory, feeds.sourceLengths)
  const rows = recorder.scope('loss', () =>
    crossEntropy(graph, logits, feeds, { classes: model.gloss.size, ignored: specialId.padding, smoothing }),
  )
  return { feeds, reports: { rows, coefficient: feeds.coefficient } }
}

/** Mean loss over the batch's tokens, from the reports of its passes. */
export function glossLoss(passes: readonly PassReports[]): number {
  return passes.reduce((sum, { rows, coefficient }) => {
    const losses = new Float32Array(rows!)
    return new Float32Array(coefficient!).reduce((total, share, r) => total + (share > 0 ? share * losses[2 * r]! : 0), sum)
  }, 0)
}
