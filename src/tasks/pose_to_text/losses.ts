// The forward pass and the joint loss of a batch of signed texts: what a training step of pose to text records.

import type { Tensor } from '../../device/memory.js'
import { frameFeeds } from '../../infer/pose_reader.js'
import {
  BLANK,
  decodeWords,
  embedFrames,
  encodeEmbedded,
  glossClasses,
  type PoseToTextModel,
  poseToTextLayers,
  recognise,
} from '../../model/pose_to_text.js'
import type { Recording } from '../../nn/recording.js'
import { ctc } from '../../ops/ctc.js'
import type { Graph } from '../../ops/graph.js'
import { signCl, signClForms } from '../../ops/sign_cl.js'
import { sentenceSimilarity } from '../../ops/similarity.js'
import { specialId } from '../../text/vocabulary.js'
import { signClLoss } from '../../train/sign_pairs.js'
import type { PassReports, RecordedLosses } from '../../train/task.js'
import { recordTokenLoss, tokenFeeds, tokenLoss } from '../../train/tokens.js'
import { labelRoom, type SignedShape } from './batch.js'
import type { PoseToTextRunConfig } from './config.js'

/** Records a batch. Reports what the model has: of CTC `ctc` with its `labelCoefficient`, of words `rows` with their `coefficient`. */
export function recordSignedLosses(
  graph: Graph,
  model: PoseToTextModel,
  shape: SignedShape,
  { signCl: contrast, similarity, ...smoothing }: LossSettings,
): RecordedLosses {
  const { recorder } = graph
  const { batch, source } = shape
  const { weights, positions } = model
  const recording: Recording = { graph, weights, config: poseToTextLayers(model) }
  const feeds = frameFeeds(recorder, { rows: batch, length: source }, model.config.numbers)
  const embedded = embedFrames(recording, feeds)
  const memory = encodeEmbedded(recording, embedded, { ...feeds, positions })
  const parts = [
    ...(contrast.weight > 0 ? [recordContrast(graph, contrast.at === 'frames' ? embedded : memory, contrast)] : []),
    ...(similarity.weight > 0 ? [recordSimilarity(graph, memory, feeds.frameLengths)] : []),
    ...(model.glosses ? [recordRecognition(recording, model, memory, feeds.frameLengths, shape)] : []),
    ...(model.words ? [recordTranslation(recording, model, memory, feeds.frameLengths, shape, smoothing)] : []),
  ]
  return {
    feeds: Object.assign({}, feeds, ...parts.map((part) => part.feeds)),
    reports: Object.assign({}, ...parts.map((part) => part.reports)),
  }
}

/** The keys of a run file that decide its losses. */
export type LossSettings = Pick<PoseToTextRunConfig, 'smoothing' | 'smoothingKind' | 'signCl'> & {
  readonly similarity: Pick<PoseToTextRunConfig['similarity'], 'weight'>
}

function recordContrast(graph: Graph, x: Tensor, { form, maxDistance }: PoseToTextRunConfig['signCl']): RecordedLosses {
  const { recorder } = graph
  const [batch, frames] = x.shape as [number, number, number]
  const pairs = batch * frames * signClForms[form].slots
  const feeds = {
    partner: recorder.feed('partner', [batch, frames, signClForms[form].slots], 'u32'),
    weight: recorder.feed('weight', [batch, frames, signClForms[form].slots]),
    start: recorder.feed('start', [batch * frames + 1], 'u32'),
    reverse: recorder.feed('reverse', [pairs], 'u32'),
  }
  return { feeds, reports: { signCl: recorder.scope('sign_cl', () => signCl(graph, x, feeds, { form, maxDistance })) } }
}

function recordSimilarity(graph: Graph, memory: Tensor, lengths: Tensor): RecordedLosses {
  const { recorder } = graph
  const batch = memory.shape[0]!
  const feeds = { similar: recorder.feed('similar', [batch, batch]), similarShare: recorder.feed('similar_share', [1]) }
  const inputs = { lengths, goal: feeds.similar, share: feeds.similarShare }
  const gap = recorder.scope('similarity', () => sentenceSimilarity(graph, memory, inputs))
  return { feeds, reports: { gap, similarShare: feeds.similarShare } }
}

function recordRecognition(
  r: Recording,
  { glosses }: PoseToTextModel,
  memory: Tensor,
  lengths: Tensor,
  { batch, target }: SignedShape,
): RecordedLosses {
  const { graph } = r
  const feeds = {
    labels: graph.recorder.feed('labels', [batch, labelRoom(target)], 'u32'),
    labelLengths: graph.recorder.feed('label_lengths', [batch], 'u32'),
    labelCoefficient: graph.recorder.feed('label_coefficient', [batch]),
  }
  const inputs = { labels: feeds.labels, labelLengths: feeds.labelLengths, lengths, coefficient: feeds.labelCoefficient }
  const logits = recognise(r, memory)
  const report = graph.recorder.scope('ctc', () => ctc(graph, logits, inputs, { classes: glossClasses(glosses!), blank: BLANK }))
  return { feeds, reports: { ctc: report, labelCoefficient: feeds.labelCoefficient } }
}

function recordTranslation(
  r: Recording,
  { words, positions, noPosition }: PoseToTextModel,
  memory: Tensor,
  memoryLengths: Tensor,
  { batch, target }: SignedShape,
  { smoothing, smoothingKind }: Pick<PoseToTextRunConfig, 'smoothing' | 'smoothingKind'>,
): RecordedLosses {
  const { graph } = r
  const { recorder } = graph
  const given = tokenFeeds(recorder, 'given', [batch, target])
  const lengths = recorder.feed('given_lengths', [batch], 'u32')
  const at = recorder.feed('word_at', [batch * target], 'u32')
  const logits = decodeWords(r, { tokens: given.tokens, lengths, at, positions, noPosition, memory, memoryLengths })
  const options = { classes: words!.size, ignored: specialId.padding, smoothing, smoothingKind }
  const { feeds, reports } = recordTokenLoss(graph, logits, options)
  return { feeds: { ...given.feeds, givenLengths: lengths, wordAt: at, ...feeds }, reports }
}

/** The parts of a batch's joint loss, each with its weight, from the reports of its passes; and clips that CTC could not align. */
export interface SignedLosses {
  readonly recognition: number
  readonly translation: number
  /** SignCL. */
  readonly contrast: number
  /** GASLT's knowledge transfer. */
  readonly similarity: number
  readonly unaligned: number
}

export function signedLosses(passes: readonly PassReports[]): SignedLosses {
  const sum = { recognition: 0, translation: tokenLoss(passes), contrast: 0, similarity: 0, unaligned: 0 }
  for (const { ctc: report, labelCoefficient, signCl: pairs, gap, similarShare } of passes) {
    sum.contrast += signClLoss(floats(pairs))
    sum.similarity += similarityLoss(floats(gap), floats(similarShare))
    const clips = floats(report)
    for (const [b, share] of floats(labelCoefficient).entries()) {
      sum.recognition += share * clips[2 * b]!
      if (clips[2 * b + 1] === 0) sum.unaligned++
    }
  }
  return sum
}

/** Of the differences [B, B], where each pair is twice. */
const similarityLoss = (gap: Float32Array, [share = 0]: Float32Array): number => (share * gap.reduce((sum, off) => sum + off * off, 0)) / 2

/** No numbers of what the model does not have. */
const floats = (report: ArrayBuffer | undefined): Float32Array => (report ? new Float32Array(report) : new Float32Array())
