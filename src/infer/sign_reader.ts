// What reads signing in both stages of Sign2GPT, as what reads frames.

import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { type SignConfig, signEncoderOf } from '../model/sign_sizes.js'
import { mostPadded, roomFor, type SignTables, signLayers, signTokens } from '../model/sign_tokens.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { stageLengths } from '../nn/sign_encoder_config.js'
import { frameArrays, frameFeeds, type PoseFrames, paddedFrames } from './pose_reader.js'
import type { EncoderShape, SourceReader } from './source_encoder.js'

/** A model that reads signing. */
export interface SignModelParts {
  readonly weights: ParameterSet
  readonly config: SignConfig
  readonly tables: SignTables
}

/** Frames that clips side by side are padded to. */
export const paddedSigning = (clips: readonly PoseFrames[], config: SignConfig): number =>
  Math.min(paddedFrames(clips, roomFor(0, config)), mostPadded(config))

/** What is written of clips before they are read, and as what `signTokens` takes it. */
export function signFeeds(recorder: Recorder, shape: EncoderShape, config: SignConfig) {
  const frames = frameFeeds(recorder, shape, config.numbers)
  const later = config.stages
    .slice(1)
    .map((_, i) => [laterLengths(i + 1), recorder.feed(laterLengths(i + 1), [shape.rows], 'u32')] as const)
  return {
    feeds: { ...frames, ...(Object.fromEntries(later) as Record<string, Tensor>) },
    inputs: { frames: frames.frames, at: frames.at, lengths: [frames.frameLengths, ...later.map(([, lengths]) => lengths)] },
  }
}

/** Clips as the arrays of {@link signFeeds}. */
export function signArrays(clips: readonly PoseFrames[], shape: EncoderShape, config: SignConfig) {
  // Frames of padding have places of their own: where padding counts, they are told them.
  const frames = frameArrays(clips, shape, { numbers: config.numbers, maxFrames: mostPadded(config) })
  const [, ...later] = stageLengths(frames.frameLengths, shape.length, signEncoderOf(config))
  return { ...frames, ...Object.fromEntries(later.map((lengths, i) => [laterLengths(i + 1), lengths])) }
}

const laterLengths = (stage: number): string => `lengths_${stage}`

/** Clips to their tokens. */
export function signReader({ weights, config, tables }: SignModelParts): SourceReader<PoseFrames> {
  return {
    weights,
    config: signLayers(config),
    record(recording, shape) {
      const { feeds, inputs } = signFeeds(recording.graph.recorder, shape, config)
      return { feeds, lengths: inputs.lengths.at(-1)!, encoded: signTokens(recording, config, inputs, tables) }
    },
    lay: (clips, shape) => signArrays(clips, shape, config),
  }
}
