// What reads signing for a frozen language model, as what reads frames.

import type { Recorder } from '../device/program.js'
import type { SignConfig } from '../model/sign_sizes.js'
import type { SignToTextModel } from '../model/sign_to_text.js'
import { type SignInputs, signMemory, textCaches, textLayers } from '../model/sign_to_text.js'
import { tokenRows } from '../model/sign_tokens.js'
import type { PoseFrames } from './pose_reader.js'
import { type RecordedSigns, signArrays, signFeeds } from './sign_reader.js'
import type { EncoderShape, SourceReader } from './source_encoder.js'

/** What is written of clips before they are read, and as what `signMemory` takes it. Given: what is written of their frames. */
export function signTextFeeds(
  recorder: Recorder,
  shape: EncoderShape,
  config: SignConfig,
  { feeds, inputs }: RecordedSigns = signFeeds(recorder, shape, config),
) {
  const tokenAt = recorder.feed('token_at', [shape.rows * tokenRows(shape.length, config)], 'u32')
  return { feeds: { ...feeds, tokenAt }, inputs: { ...inputs, tokenAt } satisfies SignInputs }
}

/** Where tokens stand in their clips. */
export function tokenPlaces({ rows, length }: EncoderShape, config: SignConfig): Uint32Array {
  const tokens = tokenRows(length, config)
  return Uint32Array.from({ length: rows * tokens }, (_, row) => row % tokens)
}

/** Clips as the arrays of {@link signTextFeeds}. */
export const signTextArrays = (clips: readonly PoseFrames[], shape: EncoderShape, config: SignConfig) => ({
  ...signArrays(clips, shape, config),
  tokenAt: tokenPlaces(shape, config),
})

/** Clips to what the language model's layers attend to. */
export function signTextReader(model: SignToTextModel): SourceReader<PoseFrames> {
  const { signs } = model.config
  return {
    weights: model.allWeights,
    config: textLayers(model.config),
    record({ graph }, shape) {
      const { feeds, inputs } = signTextFeeds(graph.recorder, shape, signs)
      return { feeds, lengths: inputs.lengths.at(-1)!, encoded: signMemory(model, graph, inputs) }
    },
    caches: ({ graph }, encoded) => textCaches(model, graph, encoded),
    lay: (clips, shape) => signTextArrays(clips, shape, signs),
  }
}
