// Prompt2LangGloss, stage one: a prompt's tokens in, LangGloss tokens out. The encoder is the text-to-pose model's; the decoder has
// tokens where that one has frames.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { type DecoderStepInputs, decoder, decoderStep } from '../nn/decoder.js'
import type { HostTensors } from '../nn/host_tensor.js'
import type { ParameterSetOptions } from '../nn/parameter_set.js'
import type { Recording } from '../nn/recording.js'
import { embedding, type TokenIds } from '../ops/embedding.js'
import { linear } from '../ops/linear.js'
import { padded } from '../ops/parameter.js'
import { addPositions } from '../ops/positions.js'
import type { Vocabulary } from '../text/vocabulary.js'
import { checkConfig, type ModelConfig, presets } from './config.js'
import { GpuModel } from './gpu_model.js'
import { glossParameterSpecs } from './parameters.js'

/** Sizes of a text-to-gloss model. */
export type GlossConfig = Pick<
  ModelConfig,
  'width' | 'heads' | 'hidden' | 'encoderLayers' | 'decoderLayers' | 'dropout' | 'activation' | 'maxTokens'
>

export interface GlossModelDescription {
  readonly config: GlossConfig
  readonly source: Vocabulary
  readonly gloss: Vocabulary
  /** Tags of the languages it was trained on. */
  readonly languages: readonly string[]
  /** What it was trained to read: somebody's request that a sentence be signed, or the sentence itself. */
  readonly reads: 'prompt' | 'text'
}

/** One model for all languages: the tokens it puts out carry theirs. */
export class GlossModel extends GpuModel implements GlossModelDescription {
  readonly config: GlossConfig
  readonly source: Vocabulary
  readonly gloss: Vocabulary
  readonly languages: readonly string[]
  readonly reads: 'prompt' | 'text'
  /** [1, width] of zeros, for tokens whose position is added otherwise. */
  readonly noPosition: Tensor

  constructor(
    gpu: Gpu,
    { config, source, gloss, languages, reads }: GlossModelDescription,
    options: Partial<ParameterSetOptions> & { seed?: number; tensors?: HostTensors; who?: string } = {},
  ) {
    const { training = false, precision, moments, seed = 27, tensors, who = 'text to gloss' } = options
    checkConfig({ ...presets.tiny, ...config })
    const { width, maxTokens } = config
    const parts = {
      name: 'text-to-gloss model',
      label: 'gloss positions',
      specs: glossParameterSpecs(config, source.size, gloss.size),
      // Prompts are padded to a multiple of 4 tokens.
      positions: [padded(maxTokens), width],
      tables: { noPosition: new Float32Array(width) },
    } as const
    super(gpu, parts, { training, precision, moments })
    this.config = config
    this.source = source
    this.gloss = gloss
    this.languages = languages
    this.reads = reads
    this.noPosition = this.table('noPosition', 'f32', [1, width])
    this.load(tensors, seed, who)
  }
}

/** All tokens at once, each seeing only those before it: logits [B, V, gloss vocabulary padded]. lengths, memoryLengths u32 [B]. */
export function decodeGloss(
  r: Recording,
  tokens: TokenIds,
  lengths: Tensor,
  positions: Tensor,
  memory: Tensor,
  memoryLengths: Tensor,
): Tensor {
  const x = r.graph.recorder.scope('gloss', () => embedding(r.graph, tokens, r.weights.get('gloss/table'), positions))
  return glossHead(r, decoder(r, x, { lengths, memory, memoryLengths }))
}

/** With `lengths`, the tokens so far, and `memory`, the prompt. */
export interface DecodeTokenInputs extends DecoderStepInputs {
  /** u32 [1, B]: the last tokens. */
  readonly token: Tensor
  readonly positions: Tensor
  readonly noPosition: Tensor
}

/** One token more: logits [1, B, gloss vocabulary padded]. Equals the last row of `decodeGloss` over the same tokens. */
export function decodeGlossToken(r: Recording, inputs: DecodeTokenInputs): Tensor {
  const { token, positions, noPosition, lengths } = inputs
  const { graph, weights } = r
  const embedded = graph.recorder.scope('gloss', () => embedding(graph, { ids: token }, weights.get('gloss/table'), noPosition))
  return glossHead(r, decoderStep(r, addPositions(graph, embedded, positions, lengths), inputs))
}

function glossHead(r: Recording, x: Tensor): Tensor {
  return r.graph.recorder.scope('gloss', () => linear(r.graph, x, r.weights.get('gloss/weight')))
}
