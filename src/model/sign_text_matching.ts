// Stage 1 of GFSLT-VLP (Zhou et al. 2023): frames in and sentences in; out, a feature of each, alike where a sentence says what a clip does. What reads signing
// is that of stage 2 with a class token before its tokens; an encoder of its own reads sentences. A decoder learns to restore sentences of which words are hidden,
// and is the one that stage 2 writes by. Forward only; the way back follows from the ops.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { initialTensors, uniformFanIn } from '../nn/init.js'
import { ParameterSet } from '../nn/parameter_set.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import type { LayerConfig, Recording, Weights } from '../nn/recording.js'
import {
  nextTokens,
  readAll,
  readingSpecs,
  tokenVectors,
  type WritingInputs,
  wordSpecs,
  writeAll,
  writingSpecs,
} from '../nn/text_transformer.js'
import { specsUnder, untrained, weightsUnder } from '../nn/under.js'
import { rowOfEach } from '../ops/chosen_rows.js'
import { classToken } from '../ops/class_token.js'
import type { TokenIds } from '../ops/embedding.js'
import type { Graph } from '../ops/graph.js'
import { linear } from '../ops/linear.js'
import { padded } from '../ops/parameter.js'
import type { TextCoder } from '../text/text_coder.js'
import type { Activation } from './config.js'
import { type ConvolvedDescription, ConvolvedModel } from './convolved_model.js'
import { type ConvolvedSigns, checkConvolvedSigns, convolvedSpecs, convolvedTokens } from './convolved_signs.js'
import type { SignInputs } from './seen_frames.js'
import { mostPadded, tokenRows } from './sign_rows.js'
import { transformerLayers } from './sign_translation.js'
import type { SigningModelOptions } from './signing_model.js'
import { checkTextTransformer, type TextTransformerConfig } from './text_transformer_sizes.js'

/** Sizes of what reads sentences that may differ from those of what reads signing. */
export interface SentenceSizes {
  readonly heads: number
  readonly hidden: number
  readonly encoderLayers: number
  readonly activation: Activation
}

export interface SignTextMatchingConfig {
  readonly signs: ConvolvedSigns
  /** Of what reads the tokens of signing, and of the decoder that restores sentences. */
  readonly transformer: TextTransformerConfig
  readonly sentences: SentenceSizes
  /** How the decoder that restores sentences scores tokens, by the table of their vectors or by a matrix of its own; null: there is none. */
  readonly restoring: { readonly tied: boolean } | null
  /** Longest text, in tokens with the closing ones: no more than `places`. */
  readonly maxTokens: number
}

export type SignTextMatchingDescription = ConvolvedDescription<SignTextMatchingConfig>

export type SignTextMatchingOptions = SigningModelOptions

/** Before the tokens of a clip, and what its feature is made of. */
const CLASS_TOKEN = 'class_token'
/** From the class token's feature to the clip's. */
const MATCHED = 'matched'
/** What reads sentences. */
const TEXT = 'text'
/** The logarithm of what cosines are multiplied by. */
export const SCALE = 'scale'
/** As CLIP begins: cosines divided by 0.07. */
const FIRST_SCALE = Math.log(1 / 0.07)

/** The id that stands for a hidden word: one behind the last. */
export const hiddenId = ({ size }: Pick<TextCoder, 'size'>): number => size

const sentenceSizes = ({ transformer, sentences }: Pick<SignTextMatchingConfig, 'transformer' | 'sentences'>): TextTransformerConfig => ({
  ...transformer,
  ...sentences,
})

/** The parameters that matching trains, in order. */
export function matchingSpecs(config: SignTextMatchingConfig, text: TextCoder): ParameterSpec[] {
  const { signs, transformer } = config
  const { width, places } = transformer
  return [
    ...convolvedSpecs(signs),
    { name: CLASS_TOKEN, shape: [width], init: { kind: 'normal', deviation: 1 } },
    ...readingSpecs(transformer, places),
    { name: `${MATCHED}/weight`, shape: [width, width], init: uniformFanIn(width) },
    ...specsUnder(TEXT, [...wordSpecs(width, text.size + 1, text.special.padding), ...readingSpecs(sentenceSizes(config), places)]),
    { name: SCALE, shape: [1], init: { kind: 'rows', values: [FIRST_SCALE] } },
  ]
}

/** Those that restoring sentences trains; none where nothing is restored. */
export const restoringSpecs = ({ transformer, restoring }: SignTextMatchingConfig, { size, special }: TextCoder): ParameterSpec[] =>
  restoring ? writingSpecs(transformer, transformer.places, { tokens: size, padding: special.padding, ...restoring }) : []

export class SignTextMatchingModel extends ConvolvedModel<SignTextMatchingConfig> {
  /** Of the decoder that restores sentences; undefined where none is. */
  readonly restoring: ParameterSet | undefined

  /** Throws ERR_CONFIG for sizes no kernel can run, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of memory. */
  constructor(gpu: Gpu, description: SignTextMatchingDescription, options: SignTextMatchingOptions = {}) {
    const { training = false, precision, moments, maxBytes, tensors, who = 'sign-text matching' } = options
    const { config, text, seed } = description
    checkSizes(config)
    const parts = {
      name: 'sign-text matching model',
      label: 'rows of zeros',
      specs: matchingSpecs(config, text),
      // Positions are learned: beside the class token and the clip's tokens stand none but those.
      positions: [padded(tokenRows(mostPadded(config.signs), config.signs) + 1), config.transformer.width],
    } as const
    super(gpu, description, parts, { training, precision, moments, maxBytes })
    const restoring = restoringSpecs(config, text)
    const all = tensors ?? initialTensors([...parts.specs, ...restoring], seed)
    const theirs = new Set(restoring.map(({ name }) => name))
    this.load(new Map([...all].filter(([name]) => !theirs.has(name))), seed, who)
    if (restoring.length === 0) return
    try {
      // By AdamW, whatever trains the others.
      this.restoring = new ParameterSet(gpu, restoring, { training, precision, moments: 2, maxBytes })
      this.restoring.load(new Map([...all].filter(([name]) => theirs.has(name))), who)
    } catch (error) {
      this.destroy()
      throw error
    }
  }

  /** All its parameters: of matching, and of restoring sentences. */
  get sets(): readonly ParameterSet[] {
    return [this.weights, ...(this.restoring ? [this.restoring] : [])]
  }

  override destroy(): void {
    super.destroy()
    this.restoring?.destroy()
  }
}

function checkSizes({ signs, transformer, sentences }: SignTextMatchingConfig): void {
  checkConvolvedSigns(signs)
  for (const sizes of [transformer, sentenceSizes({ transformer, sentences })]) checkTextTransformer(sizes, 'sign-text matching')
  if (signs.width === transformer.width) return
  const problem = `wanted tokens of signing of the encoder’s width, ${transformer.width}, got ${signs.width}`
  throw new SignError('ERR_CONFIG', 'sign-text matching', problem, 'Change that size')
}

/** What features are recorded from. */
export type MatchingParts = Pick<SignTextMatchingModel, 'config' | 'weights' | 'positions' | 'images'>

/** What what reads signing, and what restores sentences, are recorded with. */
export const matchingLayers = ({ transformer }: Pick<SignTextMatchingConfig, 'transformer'>): LayerConfig => transformerLayers(transformer)

/** u32: which row of each sequence is its feature [B], and 0 [1]. */
export interface FeatureRows {
  readonly at: Tensor
  readonly none: Tensor
}

export type SignFeatureInputs = SignInputs & {
  /** Of the class token and the clip's tokens behind it. */
  readonly places: TokenIds
  /** u32 [B]: how many those are. */
  readonly tokenLengths: Tensor
  /** The class token's. */
  readonly feature: FeatureRows
}

/** Frames to each clip's feature [B, width]. */
export function signFeatures(model: MatchingParts, graph: Graph, inputs: SignFeatureInputs): Tensor {
  const { config, weights, positions, images } = model
  const { places, tokenLengths, feature, ...clips } = inputs
  const r: Recording = { graph, weights, config: matchingLayers(config) }
  const tokens = convolvedTokens(r, config.signs, clips, images)
  const led = graph.recorder.scope(CLASS_TOKEN, () => classToken(graph, tokens, weights.get(CLASS_TOKEN), positions))
  const read = readAll(r, led, places, tokenLengths)
  return graph.recorder.scope(MATCHED, () => linear(graph, rowOfEach(graph, read, feature), weights.get(`${MATCHED}/weight`)))
}

export interface SentenceInputs {
  /** [B, U] */
  readonly tokens: TokenIds
  readonly places: TokenIds
  /** u32 [B] */
  readonly lengths: Tensor
}

/** Sentences to each one's feature [B, width]: that of the token which ends it. */
export function textFeatures(
  model: MatchingParts,
  graph: Graph,
  { feature, ...sentences }: SentenceInputs & { readonly feature: FeatureRows },
): Tensor {
  const read = readText(model, graph, model.weights, sentences)
  return graph.recorder.scope(TEXT, () => rowOfEach(graph, read, feature))
}

function readText(
  { config, positions }: Pick<MatchingParts, 'config' | 'positions'>,
  graph: Graph,
  weights: Weights,
  { tokens, places, lengths }: SentenceInputs,
): Tensor {
  const r: Recording = { graph, weights: weightsUnder(TEXT, weights), config: transformerLayers(sentenceSizes(config)) }
  return graph.recorder.scope(TEXT, () => readAll(r, tokenVectors(r, tokens, positions), places, lengths))
}

export interface RestoringInputs {
  /** The sentences with words hidden. */
  readonly hidden: SentenceInputs
  /** What the decoder is given of them as they are: [B, V]. */
  readonly given: TokenIds
  readonly writing: Pick<WritingInputs, 'places' | 'lengths'>
}

/**
 * Scores of each next token of sentences that are read with words hidden, [B, V, tokens rounded up to 4]. What reads them is not trained by it, but drops in
 * training, as in the released code.
 */
export function restoreSentences(
  { restoring, ...model }: MatchingParts & { readonly restoring: ParameterSet },
  graph: Graph,
  { hidden, given, writing }: RestoringInputs,
): Tensor {
  const { config, weights, positions } = model
  const memory = readText(model, graph, untrained(weights), hidden)
  const r: Recording = { graph, weights: restoring, config: matchingLayers(config) }
  const features = writeAll(r, tokenVectors(r, given, positions), { ...writing, memory, memoryLengths: hidden.lengths })
  return nextTokens(r, features, config.restoring!)
}
