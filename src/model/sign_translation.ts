// Stage 2 of GFSLT-VLP (Zhou et al. 2023): frames in, text out. Convolutions over time make tokens of frames, which mBART's encoder and decoder, trained with
// them, translate. Forward only; the way back follows from the ops.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { type DecoderStepInputs, decoderStep } from '../nn/decoder.js'
import { norm } from '../nn/layers.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import type { LayerConfig, Recording } from '../nn/recording.js'
import { tokenHead, tokenHeadSpecs } from '../nn/temporal_convolution.js'
import {
  nextTokens,
  placesOf,
  readAll,
  readingSpecs,
  tokenVectors,
  type WritingInputs,
  writeAll,
  writingSpecs,
} from '../nn/text_transformer.js'
import { embedding, type TokenIds } from '../ops/embedding.js'
import { padded } from '../ops/parameter.js'
import { addPositions } from '../ops/positions.js'
import type { TextCoder } from '../text/text_coder.js'
import { type ConvolvedDescription, ConvolvedModel } from './convolved_model.js'
import { type ConvolvedSigns, checkConvolvedSigns, convolvedSpecs, convolvedTokens } from './convolved_signs.js'
import type { SignInputs } from './seen_frames.js'
import type { SigningModelOptions } from './signing_model.js'
import { checkTextTransformer, type TextTransformerConfig } from './text_transformer_sizes.js'

export interface SignTranslationConfig {
  readonly signs: ConvolvedSigns
  readonly transformer: TextTransformerConfig
  /** Whether tokens are scored by the table of their vectors, or by a matrix of its own. */
  readonly tied: boolean
  /** Longest text, in tokens with the closing ones: no more than `places`. */
  readonly maxTokens: number
}

export type SignTranslationDescription = ConvolvedDescription<SignTranslationConfig>

export type SignTranslationOptions = SigningModelOptions

/** Between the convolutions and the encoder. */
const TOKENS = 'tokens'

/** The parameters, in order. */
export function signTranslationSpecs({ signs, transformer, tied }: SignTranslationConfig, text: TextCoder): ParameterSpec[] {
  const { width, places } = transformer
  return [
    ...convolvedSpecs(signs),
    ...tokenHeadSpecs(TOKENS, signs.width, width),
    ...readingSpecs(transformer, places),
    ...writingSpecs(transformer, places, { tokens: text.size, padding: text.special.padding, tied }),
  ]
}

export class SignTranslationModel extends ConvolvedModel<SignTranslationConfig> {
  /** u32 [maxTokens, rounded up to 4]: the rows of the decoder's table of positions, from the first place on. */
  readonly writtenPlaces: Tensor

  /** Throws ERR_CONFIG for sizes no kernel can run, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of memory. */
  constructor(gpu: Gpu, description: SignTranslationDescription, options: SignTranslationOptions = {}) {
    const { training = false, precision, moments, maxBytes, tensors, who = 'sign translation' } = options
    const { config, text, seed } = description
    checkConvolvedSigns(config.signs)
    checkTextTransformer(config.transformer, 'sign translation')
    const places = Math.min(padded(config.maxTokens), config.transformer.places)
    const parts = {
      name: 'sign translation model',
      label: 'sign translation tables',
      specs: signTranslationSpecs(config, text),
      // Positions are learned: a token has none but those.
      positions: [1, config.transformer.width],
      tables: { writtenPlaces: placesOf(1, places) },
    } as const
    super(gpu, description, parts, { training, precision, moments, maxBytes })
    this.writtenPlaces = this.table('writtenPlaces', 'u32', [places])
    this.load(tensors, seed, who)
  }
}

/** What a model is recorded from. */
export type SignTranslationParts = Pick<SignTranslationModel, 'config' | 'weights' | 'positions' | 'images'>

/** What its layers are recorded with: mBART drops at every sum of residuals, and nothing within a feed-forward block. */
export const transformerLayers = (transformer: TextTransformerConfig): LayerConfig => ({
  ...transformer,
  ...{ residualDropout: transformer.dropout, activationDropout: 0, normEpsilon: 1e-5 },
})

/** Clips, and each token's place. */
export type ReadInputs = SignInputs & { readonly places: TokenIds }

const recordingOf = ({ config, weights }: SignTranslationParts, graph: Recording['graph']): Recording => ({
  ...{ graph, weights },
  config: transformerLayers(config.transformer),
})

/** Frames to what the decoder attends to, [B, T', width]. */
export function readSigns(model: SignTranslationParts, graph: Recording['graph'], { places, ...inputs }: ReadInputs): Tensor {
  const r = recordingOf(model, graph)
  const { lengths } = inputs
  // Where padding counts it does so in this norm too, as behind the convolutions.
  const tokens = tokenHead(r, TOKENS, convolvedTokens(r, model.config.signs, inputs, model.images), lengths.at(-2)!)
  return readAll(r, tokens, places, lengths.at(-1)!)
}

/** Scores of the tokens that follow each of some, [B, U, tokens rounded up to 4]. */
export function writeTokens(model: SignTranslationParts, graph: Recording['graph'], tokens: TokenIds, inputs: WritingInputs): Tensor {
  const r = recordingOf(model, graph)
  return nextTokens(r, writeAll(r, tokenVectors(r, tokens, model.positions), inputs), model.config)
}

export interface TokenStepInputs extends DecoderStepInputs {
  /** u32 [1, B]: the last tokens. */
  readonly token: Tensor
  /** [maxTokens, width], from {@link writtenPositions}. */
  readonly places: Tensor
}

/** The decoder's positions from the first place on, made once for all tokens. */
export function writtenPositions({ weights, positions, writtenPlaces }: SignTranslationModel, { graph }: Recording): Tensor {
  return graph.recorder.scope('decoder/positions', () =>
    embedding(graph, { ids: writtenPlaces }, weights.get('decoder/positions'), positions),
  )
}

/** Scores of one token more, [1, B, tokens rounded up to 4]. Equal to the last of {@link writeTokens} over the same tokens, outside training. */
export function writeToken(model: SignTranslationParts, graph: Recording['graph'], { token, places, ...step }: TokenStepInputs): Tensor {
  const r = recordingOf(model, graph)
  const vectors = tokenVectors(r, { ids: token }, model.positions)
  const told = graph.recorder.scope('decoder/positions', () => addPositions(graph, vectors, places, step.lengths))
  return nextTokens(r, decoderStep(r, norm(r, 'decoder/embedding_norm', told), step), model.config)
}
