// A sign translation model as what reads clips and as what writes text.

import type { Tensor } from '../device/memory.js'
import type { Recorder } from '../device/program.js'
import { type ReadSigns, tokenRows } from '../model/sign_rows.js'
import { readSigns, type SignTranslationModel, transformerLayers, writeToken, writtenPositions } from '../model/sign_translation.js'
import { placesOf } from '../nn/text_transformer.js'
import type { PoseFrames } from './pose_reader.js'
import { signArrays, signFeeds } from './sign_reader.js'
import type { EncoderOptions, EncoderShape, SourceReader } from './source_encoder.js'
import type { TokenWriter } from './token_program.js'

/** What is kept of clips beside the memory: the decoder's positions. */
const PLACES = 'places'

/** Clips to what the decoder attends to. */
export function translationReader(model: SignTranslationModel): SourceReader<PoseFrames> {
  const { signs, transformer } = model.config
  return {
    weights: model.weights,
    config: transformerLayers(transformer),
    record({ graph }, shape) {
      const { feeds, inputs } = signFeeds(graph.recorder, shape, signs)
      const ids = placeFeed(graph.recorder, shape, signs)
      const encoded = readSigns(model, graph, { ...inputs, places: { ids } })
      return { feeds: { ...feeds, ids }, lengths: inputs.lengths.at(-1)!, encoded }
    },
    lay: (clips, shape) => ({ ...signArrays(clips, shape, signs), ids: tokenPlacesOf(shape, signs, transformer.places) }),
  }
}

const placeFeed = (recorder: Recorder, shape: EncoderShape, signs: ReadSigns) =>
  recorder.feed('token_places', [shape.rows, tokenRows(shape.length, signs)], 'u32')

/** Rows of the encoder's table of positions for the tokens of clips side by side. */
export const tokenPlacesOf = ({ rows, length }: EncoderShape, signs: ReadSigns, places: number): Uint32Array =>
  placesOf(rows, tokenRows(length, signs), places)

/** What the decoder reads beside the memory. */
export const translationBeside = (model: SignTranslationModel): NonNullable<EncoderOptions['beside']> => {
  return (recording) => ({ kept: { [PLACES]: writtenPositions(model, recording) } })
}

/** @param kept of the clips, by {@link translationBeside} */
export function translationWriter(model: SignTranslationModel, kept: Readonly<Record<string, Tensor>>): TokenWriter {
  const { config, text, weights } = model
  return {
    weights,
    config: transformerLayers(config.transformer),
    width: config.transformer.width,
    classes: text.size,
    step: ({ graph }, inputs) => writeToken(model, graph, { ...inputs, places: kept[PLACES]! }),
  }
}
