// What reads signing for a frozen language model, as what reads frames; and that language model, as what writes text.

import type { Recorder } from '../device/program.js'
import { type SignInputs, signFeaturesOf } from '../model/sign_features.js'
import { type ReadSigns, tokenRows } from '../model/sign_rows.js'
import type { SignToTextModel } from '../model/sign_to_text.js'
import { readTextToken, textCaches, textLayers } from '../model/sign_to_text.js'
import { vocabularyTop } from '../ops/vocabulary.js'
import type { PoseFrames } from './pose_reader.js'
import { type RecordedSigns, signArrays, signFeeds } from './sign_reader.js'
import type { EncoderShape, SourceReader } from './source_encoder.js'
import type { TokenWriter } from './token_program.js'

/** What is written of clips before they are read, and as what `signFeaturesOf` takes it. Given: what is written of their frames. */
export function signTextFeeds(
  recorder: Recorder,
  shape: EncoderShape,
  config: ReadSigns,
  { feeds, inputs }: RecordedSigns = signFeeds(recorder, shape, config),
) {
  const tokenAt = recorder.feed('token_at', [shape.rows * tokenRows(shape.length, config)], 'u32')
  return { feeds: { ...feeds, tokenAt }, inputs: { ...inputs, tokenAt } satisfies SignInputs }
}

/** Where tokens stand in their clips. */
export function tokenPlaces({ rows, length }: EncoderShape, config: ReadSigns): Uint32Array {
  const tokens = tokenRows(length, config)
  return Uint32Array.from({ length: rows * tokens }, (_, row) => row % tokens)
}

/** Clips as the arrays of {@link signTextFeeds}. */
export const signTextArrays = (clips: readonly PoseFrames[], shape: EncoderShape, config: ReadSigns) => ({
  ...signArrays(clips, shape, config),
  tokenAt: tokenPlaces(shape, config),
})

/** Clips to what the language model's layers read of them. */
export function signTextReader(model: SignToTextModel): SourceReader<PoseFrames> {
  const { signs } = model.config
  return {
    weights: model.allWeights,
    config: textLayers(model.config),
    record({ graph }, shape) {
      const { feeds, inputs } = signTextFeeds(graph.recorder, shape, signs)
      const { memory, lengths } = signFeaturesOf(model, graph, inputs)
      return { feeds, lengths, encoded: memory }
    },
    caches: ({ graph }, encoded, lengths) => textCaches(model, graph, encoded, lengths),
    lay: (clips, shape) => signTextArrays(clips, shape, signs),
  }
}

/** A sign-to-text model as what writes text. */
export function textWriter(model: SignToTextModel): TokenWriter {
  const { config, language, allWeights } = model
  return {
    weights: allWeights,
    config: textLayers(config),
    width: config.language.width,
    classes: config.language.vocabulary,
    step: ({ graph }, inputs) => readTextToken(model, graph, inputs),
    top: ({ graph }, x, options) => vocabularyTop(graph, x, language.vocabulary, options),
  }
}
