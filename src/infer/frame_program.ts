// One frame more of every sentence, as it is run again and again: what the decoder keeps of each sentence, and the dispatches over it.

import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { nextFrame } from '../kernels/next_frame.js'
import { inputNumbers, type ModelConfig, outputNumbers } from '../model/config.js'
import { scaleInto } from '../model/frame_scaling.js'
import { counterOf, type LanguageGroup } from '../model/sign_model.js'
import { decodeFrame, framesOf, type PoseRecording } from '../model/text_to_pose.js'
import { Graph } from '../ops/graph.js'
import { padded } from '../ops/parameter.js'
import { frameStride } from './frame_chunks.js'
import { policyNumbers } from './length_policy.js'
import type { SourceEncoder } from './source_encoder.js'

/** What decoding keeps of sentences, a row each. */
export interface FrameRows {
  /** [B, input numbers, padded]: the frame before. */
  readonly frame: Tensor
  /** u32 [B]: frames so far. */
  readonly lengths: Tensor
  /** u32 [B]: 0, or the frames of a sentence that has ended. */
  readonly done: Tensor
  /** [B, 4]: what `policyNumbers` gives. */
  readonly policy: Tensor
  /** [B, kept, stride]: the last frames, each one's counter behind its numbers. */
  readonly frames: Tensor
  /** [B, maxFrames, 2 · width] of each layer. */
  readonly past: readonly Tensor[]
}

/** Makes a tensor of rows of this shape. */
export type MakeRows = (name: string, shape: readonly number[], dtype?: Tensor['dtype']) => Tensor

/** The rows of a model: `feed` makes those that the host writes before the first frame, `keep` the others. Of each sentence the last `kept` frames are there. */
export function frameRows(config: ModelConfig, kept: number, feed: MakeRows, keep: MakeRows = feed): FrameRows {
  return {
    frame: feed('frame', [padded(inputNumbers(config))]),
    lengths: feed('lengths', [], 'u32'),
    done: feed('done', [], 'u32'),
    policy: feed('policy', [4]),
    frames: keep('frames', [kept, frameStride(config.numbers)]),
    past: Array.from({ length: config.decoderLayers }, (_, i) => keep(`past.${i}`, [config.maxFrames, 2 * config.width])),
  }
}

/** Sentences as an encoder leaves them, as many as there are rows. */
export type EncodedSentences = Pick<SourceEncoder, 'memory' | 'lengths' | 'kept'>

/** Records one frame more of every sentence that is not done, and reports `done` and `frames`. */
export function recordFrame(recorder: Recorder, group: LanguageGroup, rows: FrameRows, sentences: EncodedSentences): void {
  const { weights, config, positions, boneTables: bones } = group
  const { features, spans } = sentences.kept
  const { frame, lengths, done, policy, frames, past } = rows
  const recording: PoseRecording = { graph: new Graph(recorder), weights, config }
  const timing = features && spans && { features, spans, lengths: sentences.lengths, ...counterOf(group) }
  const { memory, lengths: memoryLengths } = sentences
  const said = decodeFrame(recording, { frame, lengths, positions, past, memory, memoryLengths, timing, bones })
  const pred = framesOf(recording, said, group.columns)
  const [batch, kept, stride] = frames.shape as [number, number, number]
  recorder.run(
    nextFrame,
    { pred, policy, lengths, done, input: frame, frames },
    {
      batch,
      capacity: config.maxFrames,
      stride,
      coords: config.numbers,
      predStride: pred.shape.at(-1)!,
      // Not read where the counter is given.
      predCounter: outputNumbers(config) - 1,
      inputStride: frame.shape.at(-1)!,
      inputCounter: inputNumbers(config) - 1,
      kept,
    },
  )
  recorder.report(done)
  recorder.report(frames)
}

/** A whole clip on the model's counter. */
export const wholeClip = ({ scaling, config }: Pick<LanguageGroup, 'scaling' | 'config'>): number => 1 / scaling.scale[config.numbers]!

/** The frame that decoding starts from, in the units of the weights: [input numbers, padded]. */
export function firstInput({ config, startFrame, scaling }: Pick<LanguageGroup, 'config' | 'startFrame' | 'scaling'>): Float32Array {
  const first = new Float32Array(padded(inputNumbers(config)))
  if (!config.justCounter) scaleInto(first, 0, startFrame, scaling)
  return first
}

/** The rule that a sentence of so many frames, where they are known, is ended by. */
export function endingRule(group: Pick<LanguageGroup, 'config' | 'scaling'>, frames: number | undefined): readonly number[] {
  return policyNumbers(frames, group.config, wholeClip(group))
}
