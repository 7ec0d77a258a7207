// The encoder and the decoder of mBART (Liu et al. 2020), as GFSLT-VLP has them: learned positions, a norm of embeddings before the layers, and a norm
// behind the last of each.

import type { Tensor } from '../device/memory.js'
import { dropout } from '../ops/dropout.js'
import { embedding, type TokenIds } from '../ops/embedding.js'
import { learnedPositions } from '../ops/learned_positions.js'
import { linear } from '../ops/linear.js'
import { decoder, decoderSpecs } from './decoder.js'
import { encoder, encoderSpecs } from './encoder.js'
import { type Init, zeros } from './init.js'
import { norm } from './layers.js'
import type { ParameterSpec } from './parameter_spec.js'
import type { Recording } from './recording.js'
import { type LayerSizes, normSpecs } from './specs.js'

/** Rows of a table of positions that stand for none: the first place of a sequence is this row. */
export const FIRST_PLACE = 2

export interface TransformerSizes extends LayerSizes {
  readonly encoderLayers: number
  readonly decoderLayers: number
}

/** As mBART's begin. */
const usual: Init = { kind: 'normal', deviation: 0.02 }

/** x [B, T, D], not tokens but what is read in their place, with positions, norm and dropout. */
export function placed(r: Recording, side: 'encoder' | 'decoder', x: Tensor, places: TokenIds): Tensor {
  const { graph, weights } = r
  const told = graph.recorder.scope(`${side}/positions`, () => learnedPositions(graph, x, weights.get(`${side}/positions`), places))
  const normed = norm(r, `${side}/embedding_norm`, told)
  return graph.recorder.scope(`${side}/embedding_norm`, () => dropout(graph, normed, r.config.dropout))
}

/** Vectors of tokens times √D [B, T, D]. zeros: a row [1, D] of them. */
export function tokenVectors({ graph, weights }: Recording, tokens: TokenIds, zeros: Tensor): Tensor {
  const table = weights.get('words/table')
  return graph.recorder.scope('words', () => embedding(graph, tokens, table, zeros, Math.sqrt(table.value.shape[1]!)))
}

/** Features of x [B, T, D], all places before each of lengths u32 [B] seeing each other. */
export const readAll = (r: Recording, x: Tensor, places: TokenIds, lengths: Tensor): Tensor =>
  encoder(r, placed(r, 'encoder', x, places), lengths)

export interface WritingInputs {
  readonly places: TokenIds
  /** u32 [B] */
  readonly lengths: Tensor
  /** [B, T, D] */
  readonly memory: Tensor
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** Features from which the next tokens follow, of vectors of tokens x [B, U, D]. */
export const writeAll = (r: Recording, x: Tensor, { places, ...inputs }: WritingInputs): Tensor =>
  decoder(r, placed(r, 'decoder', x, places), inputs)

/** Scores of the next tokens, [B, U, tokens rounded up to 4]; by the table of their vectors where there is no matrix of its own. */
export function nextTokens({ graph, weights }: Recording, x: Tensor, { tied }: { readonly tied: boolean }): Tensor {
  const weight = weights.get(tied ? 'words/table' : 'words/out/weight')
  return graph.recorder.scope('words/out', () => linear(graph, x, weight, weights.get('words/out/bias')))
}

/** Of the encoder: with a table of so many places. */
export const readingSpecs = (sizes: TransformerSizes, places: number): ParameterSpec[] => [
  ...placesSpecs('encoder', sizes, places),
  ...encoderSpecs(sizes),
]

/** Of the decoder, its words and what it scores them by. The bias of scores is not trained. */
export const writingSpecs = (
  sizes: TransformerSizes,
  places: number,
  { tokens, padding, tied }: { readonly tokens: number; readonly padding: number; readonly tied: boolean },
): ParameterSpec[] => [
  ...wordSpecs(sizes.width, tokens, padding),
  ...placesSpecs('decoder', sizes, places),
  ...decoderSpecs(sizes),
  ...(tied ? [] : [{ name: 'words/out/weight', shape: [tokens, sizes.width], init: usual }]),
  { name: 'words/out/bias', shape: [tokens], init: zeros, trainable: false },
]

/** Of the vectors of tokens. */
export const wordSpecs = (width: number, tokens: number, padding: number): ParameterSpec[] => [
  { name: 'words/table', shape: [tokens, width], init: { ...usual, zeroRow: padding }, table: true },
]

const placesSpecs = (side: string, { width }: LayerSizes, places: number): ParameterSpec[] => [
  { name: `${side}/positions`, shape: [places + FIRST_PLACE, width], init: usual, table: true },
  ...normSpecs(`${side}/embedding_norm`, width),
]

/** Rows of a table of so many positions for sequences side by side, each from its first place on: u32 [B·T]. Padding past the last place stays there. */
export const placesOf = (batch: number, length: number, places = length): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: batch * length }, (_, row) => Math.min(row % length, places - 1) + FIRST_PLACE)
