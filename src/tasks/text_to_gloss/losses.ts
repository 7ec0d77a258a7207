// The forward pass and loss of a batch of prompts: what a training step of text to gloss records.

import { decodeGloss, type GlossModel } from '../../model/text_to_gloss.js'
import { encode } from '../../model/text_to_pose.js'
import type { Recording } from '../../nn/recording.js'
import type { Graph } from '../../ops/graph.js'
import { specialId } from '../../text/vocabulary.js'
import type { RecordedLosses } from '../../train/task.js'
import { recordTokenLoss, tokenFeeds } from '../../train/tokens.js'
import type { GlossShape } from './batch.js'

/**
 * Records a batch; `tokenLoss` reads its reports.
 * @param smoothing share of the goal that is spread over the vocabulary
 */
export function recordGlossLosses(
  graph: Graph,
  model: GlossModel,
  { batch, source: sourceLength, target }: GlossShape,
  smoothing: number,
): RecordedLosses {
  const { recorder } = graph
  const source = tokenFeeds(recorder, 'ids', [batch, sourceLength])
  const sourceLengths = recorder.feed('source_lengths', [batch], 'u32')
  const given = tokenFeeds(recorder, 'given', [batch, target])
  const glossLengths = recorder.feed('gloss_lengths', [batch], 'u32')
  const { weights, config, positions } = model
  const recording: Recording = { graph, weights, config }
  const memory = encode(recording, source.tokens, sourceLengths, positions)
  const logits = decodeGloss(recording, given.tokens, glossLengths, positions, memory, sourceLengths)
  const { feeds, reports } = recordTokenLoss(graph, logits, { classes: model.gloss.size, ignored: specialId.padding, smoothing })
  return { feeds: { ...source.feeds, sourceLengths, ...given.feeds, glossLengths, ...feeds }, reports }
}
