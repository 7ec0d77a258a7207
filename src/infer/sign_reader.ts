// What reads signing, by the sign encoder of both stages of Sign2GPT or by convolutions over time, as what reads frames.

import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { heldPlaces } from '../model/convolved_signs.js'
import type { SignInputs } from '../model/seen_frames.js'
import { isConvolved, laterLengths, laterSteps, mostPadded, type ReadSigns, roomFor } from '../model/sign_rows.js'
import type { SignConfig } from '../model/sign_sizes.js'
import { type SignTables, signLayers, signTokens } from '../model/sign_tokens.js'
import type { ParameterSet } from '../nn/parameter_set.js'
import { frameArray, frameFeed, framePlaceArrays, framePlaceFeeds, type PoseFrames, paddedFrames } from './pose_reader.js'
import type { EncoderShape, SourceReader } from './source_encoder.js'

/** A model that reads signing. */
export interface SignModelParts {
  readonly weights: ParameterSet
  readonly config: SignConfig
  readonly tables: SignTables
}

/** Frames that clips side by side are padded to. */
export const paddedSigning = (clips: readonly PoseFrames[], config: ReadSigns): number =>
  Math.min(paddedFrames(clips, roomFor(0, config)), mostPadded(config))

/** What is written of clips before they are read, by name, and as what `signTokens` takes it. */
export interface RecordedSigns {
  readonly feeds: Readonly<Record<string, Tensor>>
  readonly inputs: SignInputs
}

/** What is written of where clips end and their frames stand, and as what `signTokens` takes it. */
export function placeFeeds(recorder: Recorder, shape: EncoderShape, config: ReadSigns) {
  const { frameLengths, at } = framePlaceFeeds(recorder, shape)
  const later = Array.from({ length: laterSteps(config) }, (_, i) => {
    const name = lengthsBehind(i + 1)
    return [name, recorder.feed(name, [shape.rows], 'u32')] as const
  })
  return {
    feeds: { frameLengths, at, ...(Object.fromEntries(later) as Record<string, Tensor>) },
    inputs: { at, lengths: [frameLengths, ...later.map(([, lengths]) => lengths)] },
  }
}

/** Clips of so many frames, those that are held at their ends among them, as the arrays of {@link placeFeeds}. */
export function placeArrays(clips: readonly { readonly frames: number }[], shape: EncoderShape, config: ReadSigns) {
  // Frames of padding have places of their own: where padding counts, they are told them.
  const places = framePlaceArrays(clips, shape, { maxFrames: mostPadded(config) })
  const later = laterLengths(places.frameLengths, shape.length, config)
  return { ...places, ...Object.fromEntries(later.map((lengths, i) => [lengthsBehind(i + 1), lengths])) }
}

/** What is written of clips of numbers before they are read, and as what `signTokens` takes it. */
export function signFeeds(recorder: Recorder, shape: EncoderShape, config: ReadSigns) {
  const frames = frameFeed(recorder, shape, config.numbers)
  const { feeds, inputs } = placeFeeds(recorder, shape, config)
  return { feeds: { frames, ...feeds }, inputs: { frames, ...inputs } }
}

/** Clips as the arrays of {@link signFeeds}. */
export function signArrays(clips: readonly PoseFrames[], shape: EncoderShape, config: ReadSigns) {
  const shown = isConvolved(config) ? clips.map((clip) => held(clip, config)) : clips
  return { frames: frameArray(shown, shape, config), ...placeArrays(shown, shape, config) }
}

/** Tokens of each clip, of the arrays of {@link placeArrays}. */
export function tokenLengths(arrays: Readonly<Record<string, Float32Array | Uint32Array>>, config: ReadSigns): Uint32Array {
  const steps = laterSteps(config)
  return arrays[steps === 0 ? 'frameLengths' : lengthsBehind(steps)] as Uint32Array
}

/** A clip whose first and last frame are held. */
function held({ values, frames }: PoseFrames, { numbers }: Pick<ReadSigns, 'numbers'>): PoseFrames {
  const places = heldPlaces(frames)
  const longer = new Float32Array(places.length * numbers)
  for (const [t, from] of places.entries()) longer.set(values.subarray(from * numbers, (from + 1) * numbers), t * numbers)
  return { values: longer, frames: places.length }
}

const lengthsBehind = (step: number): string => `lengths_${step}`

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
