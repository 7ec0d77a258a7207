// The sizes of an encoder and decoder as mBART's, and those of GFSLT-VLP, in which they have convolutions over time before them.

import { SignError } from '../base/errors.js'
import type { FramePadding } from '../nn/temporal_convolution.js'
import type { TransformerSizes } from '../nn/text_transformer.js'
import { type Activation, largest, unfitting } from './config.js'

/** Sizes of the encoder and the decoder. */
export interface TextTransformerConfig extends TransformerSizes {
  readonly heads: number
  /** Of embeddings, and of what each half of a layer adds. */
  readonly dropout: number
  /** Of attention's weights. */
  readonly attentionDropout: number
  readonly activation: Activation
  /** Places that the tables of positions have, of the encoder and of the decoder: the longest that either reads or writes. */
  readonly places: number
}

/** What a run file chooses of a model that reads signing by convolutions, and text or signing by mBART's layers. */
export interface ConvolvedSizes extends TextTransformerConfig {
  /** Numbers of a frame that the convolutions read, of poses. */
  readonly features: number
  /** What stands past a clip's end. */
  readonly padding: FramePadding
  /** Whether tokens are scored by the table of their vectors, or by a matrix of its own. */
  readonly tied: boolean
}

export const framePaddings = ['cut', 'ones'] as const satisfies readonly FramePadding[]

export const convolvedPresets = {
  /** Learns a few hundred short sentences in minutes, on any machine. */
  tiny: {
    ...{ features: 64, padding: 'cut', width: 64, heads: 4, hidden: 256, encoderLayers: 1, decoderLayers: 1 },
    ...{ dropout: 0, attentionDropout: 0, activation: 'relu', places: 128, tied: false },
  },
  /** As published, but for what stands past a clip's end. */
  gfslt: {
    ...{ features: 512, padding: 'cut', width: 1024, heads: 8, hidden: 4096, encoderLayers: 3, decoderLayers: 3 },
    ...{ dropout: 0.1, attentionDropout: 0, activation: 'relu', places: 1024, tied: false },
  },
} as const satisfies Record<string, ConvolvedSizes>

/** Of what reads sentences beside those in pre-training, where it differs: as published, the encoder of mBART-cc25. */
export const sentencePresets = {
  tiny: {},
  gfslt: { heads: 16, hidden: 4096, encoderLayers: 12, activation: 'gelu-erf' },
} as const satisfies Record<
  keyof typeof convolvedPresets,
  Partial<TransformerSizes & { readonly heads: number; readonly activation: Activation }>
>

export type ConvolvedPreset = keyof typeof convolvedPresets

/** The largest of what `largest` does not name. */
export const MOST_PLACES = largest.maxFrames

/** Throws ERR_CONFIG naming `who` for sizes no kernel can run. */
export function checkTextTransformer(config: TextTransformerConfig, who: string): void {
  const refuse = (problem: string) => new SignError('ERR_CONFIG', who, problem, 'Change that size')
  for (const size of ['width', 'heads', 'hidden', 'encoderLayers', 'decoderLayers'] as const)
    if (!(Number.isInteger(config[size]) && config[size] >= 1 && config[size] <= largest[size]))
      throw refuse(`wanted ${size} to be a whole number of 1 to ${largest[size]}, got ${config[size]}`)
  if (!(Number.isInteger(config.places) && config.places >= 1 && config.places <= MOST_PLACES))
    throw refuse(`wanted places to be a whole number of 1 to ${MOST_PLACES}, got ${config.places}`)
  for (const [, problem] of unfitting(config)) throw refuse(problem)
}
