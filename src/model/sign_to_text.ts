// Stage 2 of Sign2GPT (Wong et al. 2024): frames in, text out. The sign encoder's tokens are told their places and go through a linear layer to a frozen
// language model, which reads them through adapters. Forward only; the way back follows from the ops.

import { SignError } from '../base/errors.js'
import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import {
  type AdaptedStepInputs,
  type AdapterSettings,
  adaptedAttention,
  adaptedStep,
  adapterSpecs,
  signCaches,
} from '../nn/adapted_decoder.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ImageTables } from '../nn/image_tables.js'
import { embedLanguage, languageLayers } from '../nn/language_model.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { joinedAttention, type PrefixAdapters, prefixCaches, prefixedStep, prefixSpecs } from '../nn/prefixed_decoder.js'
import type { LayerConfig, Recording, Weights } from '../nn/recording.js'
import type { TokenIds } from '../ops/embedding.js'
import { Graph } from '../ops/graph.js'
import type { GateKind } from '../ops/head_gate.js'
import { joinRows, rowsBehind } from '../ops/joined_rows.js'
import type { WordTable } from '../ops/sign_words.js'
import { embedTokens } from '../ops/vocabulary.js'
import { nodesOf, wordTrie } from '../text/sign_words/trie.js'
import type { SignWords } from '../text/sign_words/words.js'
import type { TextCoder } from '../text/text_coder.js'
import { GpuModel } from './gpu_model.js'
import {
  type LanguageModel,
  type LanguageModelConfig,
  languageLayerConfig,
  readSentences,
  readToken,
  type SentenceStep,
} from './language_model.js'
import { signImages } from './seen_frames.js'
import { codeFeatureSpecs } from './sign_features.js'
import { checkSignConfig, type SignConfig } from './sign_sizes.js'
import { type SignTables, signAngles, signSpecs, signTableShapes } from './sign_tokens.js'
import { codebookSpec } from './vq_sign.js'

export interface AdapterConfig {
  /** Of every adapter, a multiple of 4; 0, of signing before the sentence alone: none. */
  readonly rank: number
  /** α: adapters of queries, keys and values are multiplied by α/rank. */
  readonly alpha: number
  /** Share of what those read that training drops. */
  readonly dropout: number
  readonly gate: GateKind
}

export interface SignToTextConfig {
  readonly signs: SignConfig
  /** Whether what reads signing is trained, or as it was and then without dropout, by the statistics of the batches it has seen. */
  readonly signsTrained: boolean
  readonly adapters: AdapterConfig
  /** Signing stands before the sentence, as words would; absent: each layer attends to it, through a gate that begins shut. */
  readonly prefix?: true | undefined
  /** Codes of the codebook whose nearest stands for each token, as SignLLM has it; absent: tokens are read as they are. */
  readonly codes?: number | undefined
  /** Codes are read as the words that a clip is written in, not one by one. */
  readonly words?: true | undefined
  readonly language: LanguageModelConfig
  /** Longest text, in tokens with the one that it begins with: no more than the language model's. */
  readonly maxTokens: number
}

/** Which frozen language model it is. */
export interface FrozenLanguage {
  /** Of its weights, 16 hexadecimal digits. */
  readonly mark: string
  /** Where its files are, when they are not in the checkpoint: those of published models are too large to be saved with every step of a run. */
  readonly path?: string | undefined
  readonly stored: 'f32' | 'f16'
}

export interface SignToTextDescription {
  readonly config: SignToTextConfig
  readonly frozen: FrozenLanguage
  /** What text is written by. */
  readonly text: TextCoder
  /** The words of signing, of a model that reads them. */
  readonly words?: SignWords | undefined
  /** Tags of the sign languages it was trained on. */
  readonly languages: readonly string[]
  /** Frames a second of what it was trained on. */
  readonly fps: number
  /** The clips it was trained on, hashes of their names (data/checksum.ts). */
  readonly trainedOn: readonly string[]
  readonly seed: number
}

export interface SignToTextOptions extends Partial<ParameterSetOptions> {
  readonly tensors?: HostTensors
  /** Whose tensors they are, for messages. */
  readonly who?: string
}

const sizesOf = ({ signs, codes, adapters: { rank }, language: { width, heads, layers } }: SignToTextConfig) => ({
  ...{ width, heads, rank },
  decoderLayers: layers,
  signWidth: codes === undefined ? signs.width : width,
})

/** The parameters of a model but for the language model's, in order. */
export function signToTextSpecs(config: SignToTextConfig): ParameterSpec[] {
  const { signs, codes, signsTrained } = config
  const reading = [...signSpecs(signs), ...(codes === undefined ? [] : [codebookSpec({ codes, width: signs.width })])]
  return [
    ...(signsTrained ? reading : reading.map(kept)),
    ...codeFeatureSpecs(config),
    ...(config.prefix ? prefixSpecs : adapterSpecs)(sizesOf(config)),
  ]
}

/** Neither trained nor moved by what is read. */
const kept = ({ running: _, ...spec }: ParameterSpec): ParameterSpec => ({ ...spec, trainable: false })

/** What adapters are recorded with. */
export const adapterSettings = ({ adapters: { rank, alpha, dropout, gate } }: SignToTextConfig): AdapterSettings => ({
  ...{ dropout, gate },
  factor: alpha / rank,
})

/** What adapters are recorded with where signing stands before the sentence. */
const prefixAdapters = (config: SignToTextConfig): PrefixAdapters => (config.adapters.rank === 0 ? undefined : adapterSettings(config))

/** Frames to text. The language model becomes its own: it is destroyed with it. */
export class SignToTextModel extends GpuModel implements SignToTextDescription {
  readonly config: SignToTextConfig
  readonly frozen: FrozenLanguage
  readonly text: TextCoder
  readonly languages: readonly string[]
  readonly fps: number
  readonly trainedOn: readonly string[]
  readonly seed: number
  readonly language: LanguageModel
  readonly words: SignWords | undefined
  readonly tables: SignTables
  /** Where it finds words. */
  readonly wordTable: WordTable | undefined
  readonly #images: ImageTables | undefined

  /**
   * Throws ERR_CONFIG for sizes no kernel can run and for words that are missing, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of
   * memory.
   */
  constructor(gpu: Gpu, description: SignToTextDescription, language: LanguageModel, options: SignToTextOptions = {}) {
    const { training = false, precision, moments, maxBytes, tensors, who = 'sign to text' } = options
    const { config, frozen, text, languages, fps, trainedOn, seed } = description
    checkSignConfig(config.signs)
    const words = config.words ? checkedWords(description, who) : undefined
    const trie = words && wordTrie(words)
    const { positions, angles } = signTableShapes(config.signs)
    const parts = {
      name: 'sign-to-text model',
      label: 'sign positions',
      specs: signToTextSpecs(config),
      positions,
      tables: { angles: signAngles(config.signs), ...(trie && { words: trie }) },
    } as const
    super(gpu, parts, { training, precision, moments, maxBytes })
    this.config = config
    this.frozen = frozen
    this.text = text
    this.languages = languages
    this.fps = fps
    this.trainedOn = trainedOn
    this.seed = seed
    this.language = language
    this.words = words
    this.wordTable = words && trie && { trie: this.table('words', 'u32', [nodesOf(trie), 4]), codes: words.slow, longest: words.longest }
    this.#images = signImages(gpu, config.signs)
    this.tables = { positions: this.positions, angles: this.table('angles', 'f32', angles), images: this.#images }
    this.load(tensors, seed, who)
  }

  /** Its own parameters and the language model's, by their names. */
  get allWeights(): Weights {
    const { weights: own, language } = this
    const holder = (name: string) => (name.startsWith('language/') ? language.weights : own)
    return { get: (name) => holder(name).get(name), joined: (names) => holder(names[0]!).joined(names) }
  }

  override check(): void {
    super.check()
    this.language.check()
  }

  override destroy(): void {
    super.destroy()
    this.#images?.destroy()
    this.language?.destroy()
  }
}

/** The words of a model that reads them. Throws ERR_CONFIG where there are none, or of other codes. */
function checkedWords({ words, config: { codes } }: SignToTextDescription, who: string): SignWords {
  if (words?.slow === codes && words !== undefined) return words
  const problem = `wanted the words that its codes are read as, of ${codes} codes, got ${words ? `those of ${words.slow}` : 'none'}`
  throw new SignError('ERR_CONFIG', who, problem, 'Begin with a stage of task vq-sign')
}

/** What a model is recorded from. */
export type SignToTextParts = Pick<SignToTextModel, 'config' | 'tables' | 'language' | 'wordTable' | 'allWeights'>

/** What the language model's layers are recorded with. */
export const textLayers = ({ language }: SignToTextConfig): LayerConfig => languageLayerConfig(language)

/** Rows of the language model's table as it reads them, without places: [1, words, width]. ids u32 [1, words]; nowhere u32 [words]: the place of padding. */
export function wordVectors(
  { language }: SignToTextParts,
  graph: Graph,
  { ids, nowhere }: { readonly ids: Tensor; readonly nowhere: Tensor },
): Tensor {
  const places = { positions: language.positions, at: nowhere }
  return embedTokens(new Graph(graph.recorder), { ids }, language.vocabulary, places, Math.sqrt(language.config.width))
}

export interface TextInputs {
  /** [B, V], the token that sentences begin with first. */
  readonly tokens: TokenIds
  /** u32 [B·V], what `xglmPlaces` says of them. */
  readonly at: Tensor
  /** u32 [B]: tokens of each. */
  readonly lengths: Tensor
  /** [B, T', width], from {@link signFeaturesOf}. */
  readonly memory: Tensor
  /** u32 [B] */
  readonly memoryLengths: Tensor
}

/** All tokens at once, each seeing only those before it and the signing: features [B, V, width] from which the next ones follow. */
export function readText(
  { config, language, allWeights }: SignToTextParts,
  graph: Graph,
  { memory, memoryLengths, ...sentence }: TextInputs,
): Tensor {
  const r: Recording = { graph, weights: allWeights, config: textLayers(config) }
  const { positions, vocabulary } = language
  if (config.prefix) {
    const words = { x: embedLanguage(r, sentence.tokens, vocabulary, { positions, at: sentence.at }), lengths: sentence.lengths }
    const joined = graph.recorder.scope('prefix', () => joinRows(graph, { x: memory, lengths: memoryLengths }, words))
    const read = languageLayers(r, joined.x, joinedAttention(prefixAdapters(config), joined.lengths))
    const behind = { starts: memoryLengths, lengths: words.lengths, rows: words.x.shape[1]! }
    return graph.recorder.scope('prefix', () => rowsBehind(graph, read, behind))
  }
  const attend = adaptedAttention(adapterSettings(config), { lengths: sentence.lengths, memory, memoryLengths })
  return readSentences(r, { ...sentence, positions }, vocabulary, attend)
}

/** Each layer's keys and values of the signing, made once for all tokens; memoryLengths u32 [B]. */
export function textCaches({ config, allWeights }: SignToTextParts, graph: Graph, memory: Tensor, memoryLengths: Tensor): Tensor[] {
  const r: Recording = { graph, weights: allWeights, config: textLayers(config) }
  return config.prefix ? prefixCaches(r, prefixAdapters(config), memory, memoryLengths) : signCaches(r, adapterSettings(config), memory)
}

export type TextStepInputs = Pick<SentenceStep, 'token'> & AdaptedStepInputs

/** One token more: features [1, B, width]. Equal to the last of {@link readText} over the same tokens, outside training. */
export function readTextToken({ config, language, allWeights }: SignToTextParts, graph: Graph, { token, ...step }: TextStepInputs): Tensor {
  const r: Recording = { graph, weights: allWeights, config: textLayers(config) }
  const { lengths, past } = step
  const attend = config.prefix ? prefixedStep(prefixAdapters(config), step) : adaptedStep(adapterSettings(config), step)
  return readToken(r, { token, lengths, past, positions: language.positions }, language.vocabulary, attend)
}
