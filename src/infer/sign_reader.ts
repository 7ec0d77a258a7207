// What reads signing in both stages of Sign2GPT, as what reads frames.

import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { type SignConfig, signEncoderOf } from '../model/sign_sizes.js'
import { mostPadded, roomFor, type SignInputs, type SignTables, signLayers, signTokens } from '../model/sign_tokens.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { stageLengths } from '../nn/sign_encoder_config.js'
import { frameArray, frameFeed, framePlaceArrays, framePlaceFeeds, type PoseFrames, paddedFrames } from './pose_reader.js'
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

/** What is written of clips before they are read, by name, and as what `signTokens` takes it. */
export interface RecordedSigns {
  readonly feeds: Readonly<Record<string, Tensor>>
  readonly inputs: SignInputs
}

/** What is written of where clips end and their frames stand, and as what `signTokens` takes it. */
export function placeFeeds(recorder: Recorder, shape: EncoderShape, config: SignConfig) {
  const { frameLengths, at } = framePlaceFeeds(recorder, shape)
  const later = config.stages
    .slice(1)
    .map((_, i) => [laterLengths(i + 1), recorder.feed(laterLengths(i + 1), [shape.rows], 'u32')] as const)
  return {
    feeds: { frameLengths, at, ...(Object.fromEntries(later) as Record<string, Tensor>) },
    inputs: { at, lengths: [frameLengths, ...later.map(([, lengths]) => lengths)] },
  }
}

/** Clips of so many frames as the arrays of {@link placeFeeds}. */
export function placeArrays(clips: readonly { readonly frames: number }[], shape: EncoderShape, config: SignConfig) {
  // Frames of padding have places of their own: where padding counts, they are told them.
  const places = framePlaceArrays(clips, shape, { maxFrames: mostPadded(config) })
  const [, ...later] = stageLengths(places.frameLengths, shape.length, signEncoderOf(config))
  return { ...places, ...Object.fromEntries(later.map((lengths, i) => [laterLengths(i + 1), lengths])) }
}

/** What is written of clips of numbers before they are read, and as what `signTokens` takes it. */
export function signFeeds(recorder: Recorder, shape: EncoderShape, config: SignConfig) {
  const frames = frameFeed(recorder, shape, config.numbers)
  const { feeds, inputs } = placeFeeds(recorder, shape, config)
  return { feeds: { frames, ...feeds }, inputs: { frames, ...inputs } }
}

/** Clips as the arrays of {@link signFeeds}. */
export const signArrays = (clips: readonly PoseFrames[], shape: EncoderShape, config: SignConfig) => ({
  frames: frameArray(clips, shape, config),
  ...placeArrays(clips, shape, config),
})

/** Tokens of each clip, of the arrays of {@link placeArrays}. */
export const tokenLengths = (arrays: Readonly<Record<string, Float32Array | Uint32Array>>, { stages }: SignConfig): Uint32Array =>
  arrays[stages.length === 1 ? 'frameLengths' : laterLengths(stages.length - 1)] as Uint32Array

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
