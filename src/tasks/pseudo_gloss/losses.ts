// The forward pass and the loss of a batch of clips with pseudo-glosses: what a training step records.

import { type RecordedSigns, signFeeds } from '../../infer/sign_reader.js'
import { type PseudoGlossModel, pseudoGlossHead } from '../../model/pseudo_gloss.js'
import { signLayers, signTokens } from '../../model/sign_tokens.js'
import { scoreColumns } from '../../nn/prototypes.js'
import type { Recording } from '../../nn/recording.js'
import { binaryCrossEntropy } from '../../ops/binary_cross_entropy.js'
import type { Graph } from '../../ops/graph.js'
import type { BatchShape, PassReports, RecordedLosses } from '../../train/task.js'

/** Records a batch. Reports the `loss` of each clip and the `share` it has; `presenceLoss` reads them. `seen`: what was recorded of the frames. */
export function recordPresence(
  graph: Graph,
  model: PseudoGlossModel,
  { batch, source }: Pick<BatchShape, 'batch' | 'source'>,
  seen?: RecordedSigns,
): RecordedLosses {
  const { recorder } = graph
  const { weights, config, classes, tables } = model
  const r: Recording = { graph, weights, config: signLayers(config) }
  const { feeds, inputs } = seen ?? signFeeds(recorder, { rows: batch, length: source }, config)
  const goal = recorder.feed('goal', [batch, scoreColumns(classes.size)])
  const coefficient = recorder.feed('coefficient', [batch])
  const { scores } = pseudoGlossHead(r, model, signTokens(r, config, inputs, tables), inputs.lengths.at(-1)!)
  const loss = recorder.scope('presence', () => binaryCrossEntropy(graph, scores, { goal, coefficient, classes: classes.size }))
  return { feeds: { ...feeds, goal, coefficient }, reports: { loss, share: coefficient } }
}

/** The loss of a batch, from the reports of its passes. */
export function presenceLoss(passes: readonly PassReports[]): number {
  let sum = 0
  for (const { loss, share } of passes) {
    const shares = new Float32Array(share!)
    for (const [b, of] of new Float32Array(loss!).entries()) sum += of * shares[b]!
  }
  return sum
}
