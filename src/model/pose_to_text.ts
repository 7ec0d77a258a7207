// A sign language transformer on poses: frames in; glosses out by CTC, words by a decoder, or both (Camgöz et al. 2020, the released
// neccam/slt). Forward only; the way back follows from the ops.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import type { LayoutName } from '../motion/layout/layout.js'
import { type DecoderInputs, type DecoderStepInputs, decoder, decoderStep } from '../nn/decoder.js'
import { encoder } from '../nn/encoder.js'
import { checkGlossAttention, type GlossAttentionConfig } from '../nn/gloss_attention.js'
import type { HostTensors } from '../nn/host_tensor.js'
import { batchNorm, project } from '../nn/layers.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import type { LayerConfig, Recording } from '../nn/recording.js'
import { dropout } from '../ops/dropout.js'
import { embedding, type TokenIds } from '../ops/embedding.js'
import { linear } from '../ops/linear.js'
import { padded } from '../ops/parameter.js'
import { addPositions } from '../ops/positions.js'
import { softsign } from '../ops/softsign.js'
import type { Vocabulary } from '../text/vocabulary.js'
import { checkConfig, type ModelConfig, presets } from './config.js'
import { GpuModel } from './gpu_model.js'
import { poseToTextSpecs } from './parameters.js'

/** Sizes of a pose-to-text model. */
export interface PoseToTextConfig
  extends Pick<
    ModelConfig,
    'width' | 'heads' | 'hidden' | 'encoderLayers' | 'decoderLayers' | 'dropout' | 'activation' | 'maxFrames' | 'maxTokens'
  > {
  /** Numbers of a frame: the coordinates of the layout's points, 150 for 50 joints × 3. */
  readonly numbers: number
  /** Whose points they are; absent: the 50 joints, or numbers of no layout. */
  readonly layout?: LayoutName | undefined
  /** Of attention's weights; default none. */
  readonly attentionDropout?: number
  /** The encoder's attention is GASLT's; absent: each frame attends to all of its clip. */
  readonly glossAttention?: GlossAttentionConfig | undefined
}

export interface PoseToTextDescription {
  readonly config: PoseToTextConfig
  /** What CTC tells of the frames; absent in a model that only translates. */
  readonly glosses?: Vocabulary | undefined
  /** What the decoder writes; absent in a model that only recognises. */
  readonly words?: Vocabulary | undefined
  /** Tags of the languages it was trained on. */
  readonly languages: readonly string[]
  /** Frames a second of what it was trained on. */
  readonly fps: number
  /** The clips it was trained on, hashes of their names (data/checksum.ts): whether it is to be trusted with a split can be told from them. */
  readonly trainedOn: readonly string[]
  readonly seed: number
}

/** The class of CTC that stands for no gloss. */
export const BLANK = 0

/** Specials of a vocabulary that CTC has no class for: its classes are the blank, `<unk>`, `<pad>`, then the glosses, as the released model has them. */
const CLASS_OF_FIRST_GLOSS = 3
const FIRST_GLOSS = 4

/** Classes of CTC over a vocabulary. */
export const glossClasses = (glosses: Vocabulary): number => glosses.size - FIRST_GLOSS + CLASS_OF_FIRST_GLOSS

/** CTC's class of a token's id, and the id of a class; an unknown gloss is class 1. */
export const classOfGloss = (id: number): number => (id < FIRST_GLOSS ? 1 : id - FIRST_GLOSS + CLASS_OF_FIRST_GLOSS)
export const glossOfClass = (index: number, glosses: Vocabulary): string =>
  index < CLASS_OF_FIRST_GLOSS ? '<unk>' : glosses.tokens[index - CLASS_OF_FIRST_GLOSS + FIRST_GLOSS]!

export interface PoseToTextOptions extends Partial<ParameterSetOptions> {
  readonly tensors?: HostTensors
  /** Whose tensors they are, for messages. */
  readonly who?: string
}

export class PoseToTextModel extends GpuModel implements PoseToTextDescription {
  readonly config: PoseToTextConfig
  readonly glosses: Vocabulary | undefined
  readonly words: Vocabulary | undefined
  readonly languages: readonly string[]
  readonly fps: number
  readonly trainedOn: readonly string[]
  readonly seed: number
  /** [1, width] of zeros, for tokens whose position is added later. */
  readonly noPosition: Tensor
  /** u32 [1], the largest there is: the length of what has no padding. */
  readonly everyRow: Tensor

  /** Throws ERR_CONFIG for sizes no kernel can run, ERR_CHECKPOINT for tensors that are not those of its sizes, ERR_DEVICE for want of memory. */
  constructor(gpu: Gpu, description: PoseToTextDescription, options: PoseToTextOptions = {}) {
    const { training = false, precision, moments, maxBytes, tensors, who = 'pose to text' } = options
    const { config, glosses, words, languages, fps, trainedOn, seed } = description
    checkConfig({ ...presets.tiny, ...config, layout: presets.tiny.layout })
    const { width, maxFrames, maxTokens, glossAttention } = config
    if (glossAttention) checkGlossAttention(glossAttention)
    const parts = {
      name: 'pose-to-text model',
      label: 'pose-to-text positions',
      specs: poseToTextSpecs(config, glosses && glossClasses(glosses), words?.size),
      positions: [padded(Math.max(maxFrames, maxTokens)), width],
      tables: { noPosition: new Float32Array(width), everyRow: Uint32Array.of(2 ** 32 - 1) },
    } as const
    super(gpu, parts, { training, precision, moments, maxBytes })
    this.config = config
    this.glosses = glosses
    this.words = words
    this.languages = languages
    this.fps = fps
    this.trainedOn = trainedOn
    this.seed = seed
    this.noPosition = this.table('noPosition', 'f32', [1, width])
    this.everyRow = this.table('everyRow', 'u32', [1])
    this.load(tensors, seed, who)
  }
}

/** What layers are recorded with: the released model drops at every sum of residuals too. One that only recognises has no decoder. */
export const poseToTextLayers = ({ config, words }: Pick<PoseToTextDescription, 'config' | 'words'>): LayerConfig => ({
  ...config,
  decoderLayers: words ? config.decoderLayers : 0,
  residualDropout: config.dropout,
})

export interface FrameInputs {
  /** [B, T, numbers rounded up to 4] */
  readonly frames: Tensor
  /** u32 [B] */
  readonly frameLengths: Tensor
  /** u32 [B·T]: each frame's place in its clip. */
  readonly at: Tensor
  readonly positions: Tensor
}

/** softsign(BN(frames·Wᵀ + b)), before positions: [B, T, D]. */
export function embedFrames(r: Recording, { frames, frameLengths }: Pick<FrameInputs, 'frames' | 'frameLengths'>): Tensor {
  const idleBias = { first: 0, count: r.weights.get('frames/bias').value.shape[0]! }
  const x = batchNorm(r, 'frames/norm', project(r, 'frames', frames, { idleBias }), frameLengths)
  return r.graph.recorder.scope('frames', () => softsign(r.graph, x))
}

/** Frames to features [B, T, D]. */
export const encodeFrames = (r: Recording, inputs: FrameInputs): Tensor => encodeEmbedded(r, embedFrames(r, inputs), inputs)

/** Embedded frames to features [B, T, D]. */
export function encodeEmbedded(r: Recording, embedded: Tensor, { positions, at, frameLengths }: Omit<FrameInputs, 'frames'>): Tensor {
  return encoder(r, placed(r, 'frames', embedded, positions, at), frameLengths)
}

/** CTC's logits [B, T, classes rounded up to 4] of encoded frames. */
export const recognise = (r: Recording, memory: Tensor): Tensor => project(r, 'gloss', memory)

export interface WordInputs extends DecoderInputs {
  readonly tokens: TokenIds
  /** u32 [B·V]: each token's place in its sentence. */
  readonly at: Tensor
  readonly positions: Tensor
  readonly noPosition: Tensor
}

/** softsign(BN(table[token])), before positions: [B, V, D]. */
export function embedWords(r: Recording, { tokens, noPosition, lengths }: Pick<WordInputs, 'tokens' | 'noPosition' | 'lengths'>): Tensor {
  const rows = r.graph.recorder.scope('words', () => embedding(r.graph, tokens, r.weights.get('words/table'), noPosition))
  const x = batchNorm(r, 'words/norm', rows, lengths)
  return r.graph.recorder.scope('words', () => softsign(r.graph, x))
}

/** All words at once, each seeing only those before it: logits [B, V, words rounded up to 4]. */
export function decodeWords(r: Recording, inputs: WordInputs): Tensor {
  const x = placed(r, 'words', embedWords(r, inputs), inputs.positions, inputs.at)
  return wordHead(r, decoder(r, x, inputs))
}

/** Tables that belong to a model and are not learned. */
export type WordTables = Pick<PoseToTextModel, 'positions' | 'noPosition' | 'everyRow'>

/** With `lengths`, the words so far, and `memory`, the frames. */
export interface WordStepInputs extends DecoderStepInputs {
  /** u32 [1, B]: the last words. */
  readonly token: Tensor
}

/** One word more: logits [1, B, words rounded up to 4]. Equals the last row of `decodeWords` over the same words, outside training. */
export function decodeWord(r: Recording, { noPosition, positions, everyRow }: WordTables, inputs: WordStepInputs): Tensor {
  const x = embedWords(r, { tokens: { ids: inputs.token }, noPosition, lengths: everyRow })
  return wordHead(r, decoderStep(r, placed(r, 'words', x, positions, inputs.lengths), inputs))
}

const wordHead = (r: Recording, x: Tensor): Tensor =>
  r.graph.recorder.scope('words/out', () => linear(r.graph, x, r.weights.get('words/out/weight')))

function placed({ graph, config }: Recording, scope: string, x: Tensor, positions: Tensor, at: Tensor): Tensor {
  return graph.recorder.scope(scope, () => dropout(graph, addPositions(graph, x, positions, at), config.residualDropout ?? 0))
}
