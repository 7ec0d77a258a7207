// A decoder-only language model on a GPU, trained or frozen: what a sentence's next token is, from those before it.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import type { HostTensors } from '../nn/host_tensor.js'
import {
  type AttentionHalf,
  cachedAttention,
  causalAttention,
  embedLanguage,
  type LanguageStorage,
  languageLayers,
  languageSpecs,
  vocabularyOf,
} from '../nn/language_model.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import { xglmPositionTable } from '../nn/positions.js'
import type { LayerConfig, Recording } from '../nn/recording.js'
import type { TokenIds } from '../ops/embedding.js'
import type { ShardedVocabulary } from '../ops/vocabulary.js'
import { largest, unfitting } from './config.js'
import { GpuModel } from './gpu_model.js'

/** Ids of a vocabulary that mean more than a piece of text. */
export interface LanguageTokens {
  readonly padding: number
  /** What a sentence begins with. */
  readonly start: number
  /** What ends it; in XGLM's the same as what it begins with. */
  readonly end: number
}

export interface LanguageModelConfig extends LanguageTokens {
  readonly width: number
  readonly heads: number
  /** Width of the feed-forward block. */
  readonly hidden: number
  readonly layers: number
  /** Tokens there are. */
  readonly vocabulary: number
  /** Longest sentence, in tokens with the first. */
  readonly maxTokens: number
  /** Of the embedding and of what each half of a layer adds. */
  readonly dropout: number
  /** Of attention's weights; default none. */
  readonly attentionDropout?: number
  /** Of the feed-forward block's activations. */
  readonly activationDropout: number
  readonly activation: 'relu' | 'gelu' | 'gelu-erf'
  /** As `LanguageSizes` has it. */
  readonly shardRows?: number | undefined
}

const xglm = {
  heads: 16,
  layers: 24,
  vocabulary: 256_008,
  maxTokens: 2048,
  dropout: 0.1,
  attentionDropout: 0.1,
  activationDropout: 0,
  activation: 'gelu-erf',
  padding: 1,
  start: 2,
  end: 2,
} as const

/** Published models (Lin et al. 2022), by the sizes of their configurations. */
export const languagePresets = {
  'xglm-564m': { ...xglm, width: 1024, hidden: 4096 },
  'xglm-1.7b': { ...xglm, width: 2048, hidden: 8192 },
} as const satisfies Record<string, LanguageModelConfig>

/** Throws ERR_CONFIG for sizes that no kernel can run. */
export function checkLanguageConfig(config: LanguageModelConfig): LanguageModelConfig {
  const refuse = (problem: string) => new SignError('ERR_CONFIG', 'language model', problem, 'Change that size')
  const most = { ...largest, layers: largest.decoderLayers, vocabulary: 2 ** 24 }
  for (const size of ['width', 'heads', 'hidden', 'layers', 'vocabulary', 'maxTokens'] as const) {
    const value = config[size]
    if (!(Number.isInteger(value) && value >= 1 && value <= most[size]))
      throw refuse(`wanted ${size} to be a whole number of 1 to ${most[size]}, got ${value}`)
  }
  for (const [, problem] of unfitting(config)) throw refuse(problem)
  for (const token of ['padding', 'start', 'end'] as const)
    if (!(Number.isInteger(config[token]) && config[token] >= 0 && config[token] < config.vocabulary))
      throw refuse(`wanted ${token} to be one of ${config.vocabulary} tokens, got ${config[token]}`)
  return config
}

/** What layers are recorded with. */
export const languageLayerConfig = (config: LanguageModelConfig): LayerConfig => ({
  heads: config.heads,
  encoderLayers: 0,
  decoderLayers: config.layers,
  activation: config.activation,
  dropout: config.dropout,
  ...(config.attentionDropout !== undefined && { attentionDropout: config.attentionDropout }),
  activationDropout: config.activationDropout,
  residualDropout: config.dropout,
  normEpsilon: 1e-5,
})

export interface LanguageModelOptions extends Partial<ParameterSetOptions>, Partial<LanguageStorage> {
  readonly seed?: number
  /** Weights; default first ones. `later`: they are written one by one, with `weights.write`. */
  readonly tensors?: HostTensors | 'later'
  /** Whose tensors they are, for messages. */
  readonly who?: string
}

export class LanguageModel extends GpuModel {
  readonly config: LanguageModelConfig
  readonly vocabulary: ShardedVocabulary

  /** Throws ERR_CONFIG for sizes no kernel can run, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of memory. */
  constructor(gpu: Gpu, config: LanguageModelConfig, options: LanguageModelOptions = {}) {
    const {
      training = false,
      precision,
      moments,
      maxBytes,
      frozen = false,
      stored = 'f32',
      seed = 27,
      tensors,
      who = 'language model',
    } = options
    const { maxTokens, width } = checkLanguageConfig(config)
    const parts = {
      name: 'language model',
      label: 'language positions',
      specs: languageSpecs(config, { frozen, stored }),
      positions: [maxTokens + 1, width],
      encode: (rows: number) => xglmPositionTable(rows - 1, width),
    } as const
    super(gpu, parts, { training, precision, moments, maxBytes })
    this.config = config
    this.vocabulary = vocabularyOf(this.weights, config)
    if (tensors !== 'later') this.load(tensors, seed, who)
  }
}

export interface SentenceInputs {
  /** [B, T], the first token first. */
  readonly tokens: TokenIds
  /** u32 [B·T], what `xglmPlaces` says of them. */
  readonly at: Tensor
  /** u32 [B]: tokens of each, which are its first ones. */
  readonly lengths: Tensor
  readonly positions: Tensor
}

/** Features [B, T, D] from which each next token follows. `attend` is the first half of the layers, default the model's own. */
export function readSentences(
  r: Recording,
  { tokens, at, lengths, positions }: SentenceInputs,
  vocabulary: ShardedVocabulary,
  attend: AttentionHalf = causalAttention(lengths),
): Tensor {
  return languageLayers(r, embedLanguage(r, tokens, vocabulary, { positions, at }), attend)
}

export interface SentenceStep {
  /** u32 [1, B]: the last tokens. */
  readonly token: Tensor
  /** u32 [B]: tokens before it. */
  readonly lengths: Tensor
  /** Each layer's keys and values of those, [B, capacity, 2D]. */
  readonly past: readonly Tensor[]
  readonly positions: Tensor
}

/** One token more: features [1, B, D]. Equal to those of `readSentences` at the last of the same tokens, none of which is padding. */
export function readToken(
  r: Recording,
  { token, lengths, past, positions }: SentenceStep,
  vocabulary: ShardedVocabulary,
  attend: AttentionHalf = cachedAttention(past, lengths),
): Tensor {
  return languageLayers(r, embedLanguage(r, { ids: token }, vocabulary, { positions, at: lengths }), attend)
}
