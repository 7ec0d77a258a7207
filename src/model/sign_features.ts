// Frames as what a frozen language model reads of them: tokens of the sign encoder, the codes that stand for them, or the words that a clip's codes are written in.

import type { Tensor } from '../device/memory.js'
import { signFeatures } from '../nn/adapted_decoder.js'
import { project } from '../nn/layers.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import type { Recording } from '../nn/recording.js'
import { defaultLinearSpecs } from '../nn/specs.js'
import { Graph } from '../ops/graph.js'
import { addPositions } from '../ops/positions.js'
import { type PlacedWords, signWords, type WordTable, wordMeans } from '../ops/sign_words.js'
import { type Quantised, type Quantising, vectorQuantise } from '../ops/vector_quantise.js'
import { languageLayerConfig } from './language_model.js'
import type { SignInputs as SeenInputs } from './seen_frames.js'
import type { SignToTextConfig, SignToTextParts } from './sign_to_text.js'
import { signLayers, signTokens } from './sign_tokens.js'
import { CODEBOOK, codebookSpec } from './vq_sign.js'

/** The first of the two layers that codes go through to the language model. */
const CODE_FEATURES = 'code_features'

/** The vector of slowness, a character as codes are. */
const SLOW = 'slow'

/** The parameters of what makes features of codes; none of a model without them. */
export const codeFeatureSpecs = ({ signs, codes, words, language }: SignToTextConfig): ParameterSpec[] => [
  ...(words ? [{ ...codebookSpec({ codes: 1, width: signs.width }), name: SLOW }] : []),
  ...(codes === undefined ? [] : defaultLinearSpecs(CODE_FEATURES, signs.width, language.width)),
]

/** Clips, and u32 [B·T']: each token's place in its clip. */
export type SignInputs = SeenInputs & { readonly tokenAt: Tensor }

/** What codes are learnt by. */
export type CodeDrawing = Pick<Quantising, 'commitment' | 'share'>

/** Features of the language model's width [B, T', width], as many of each clip as lengths u32 [B] says, and, of a model of codes, what was made of its tokens. */
export interface SignFeatures {
  readonly memory: Tensor
  readonly lengths: Tensor
  readonly quantised?: Quantised
  /** Of a model of words. */
  readonly words?: PlacedWords
}

/**
 * Frames as features for the language model; of a model of codes, of their codes, which `drawing` draws tokens together with in training; of a model of words, of the
 * words that those are. A frozen sign encoder is recorded as it is used, and nothing of its way back is.
 */
export function signFeaturesOf(
  parts: SignToTextParts,
  graph: Graph,
  { tokenAt, ...inputs }: SignInputs,
  drawing?: CodeDrawing,
): SignFeatures {
  const { config, tables, allWeights } = parts
  const { signs, signsTrained, codes } = config
  const reading: Recording = {
    graph: signsTrained ? graph : new Graph(graph.recorder),
    weights: allWeights,
    config: signLayers(signs),
  }
  const tokens = signTokens(reading, signs, inputs, tables)
  const r: Recording = { graph, weights: allWeights, config: languageLayerConfig(config.language) }
  const places = { table: tables.positions, at: tokenAt }
  const lengths = inputs.lengths.at(-1)!
  if (codes === undefined) return { memory: signFeatures(r, tokens, places), lengths }
  // Where nothing is trained, nothing is drawn.
  const quantising = { lengths, count: codes, ...(drawing ?? { commitment: 0, share: lengths }) }
  const quantised = graph.recorder.scope(CODEBOOK, () => vectorQuantise(reading.graph, tokens, allWeights.get(CODEBOOK), quantising))
  const { x, ...read } = parts.wordTable ? readAsWords(parts.wordTable, r, quantised, lengths) : { x: quantised.y, lengths }
  const placed = graph.recorder.scope(CODE_FEATURES, () => addPositions(graph, x, places.table, places.at))
  return { ...read, memory: signFeatures(r, project(r, CODE_FEATURES, placed, { relu: true })), quantised }
}

/** Codes of tokens as the words that each clip is written in, the longest always. */
function readAsWords(table: WordTable, { graph, weights }: Recording, { y, index }: Quantised, lengths: Tensor) {
  return graph.recorder.scope('words', () => {
    const words = signWords(graph, index, lengths, table)
    return { x: wordMeans(graph, y, weights.get(SLOW), words), lengths: words.lengths, words }
  })
}
