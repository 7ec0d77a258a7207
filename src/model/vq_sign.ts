// VQ-Sign, the first stage of SignLLM (Gong et al. 2024): frames in; out, signing in the words of a codebook. What reads signing makes tokens, each token's
// nearest code stands for it, and from the codes so far the tokens that come are predicted. Forward only; the way back follows from the ops. As published the
// network that reads the codes is a convolutional GRU; here it is causal transformer layers, which see as little of what comes.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import { feedForward, norm, project, selfAttention } from '../nn/layers.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import type { Recording } from '../nn/recording.js'
import { attentionSpecs, defaultLinearSpecs, feedForwardSpecs, normSpecs } from '../nn/specs.js'
import { addPositions } from '../ops/positions.js'
import type { SignConfig } from './sign_sizes.js'
import { signSpecs } from './sign_tokens.js'
import { type SigningDescription, SigningModel, type SigningModelOptions } from './signing_model.js'

export interface VqSignConfig extends SignConfig {
  /** Codes of the codebook. */
  readonly codes: number
  /** Layers that read the codes so far. */
  readonly contextLayers: number
  /** K: as many tokens ahead are predicted. */
  readonly steps: number
}

/** The largest of what a VQ-Sign model has beside what reads signing. */
export const largestCodes = { codes: 2 ** 16, contextLayers: 64, steps: 64 } as const

export type VqSignDescription = SigningDescription<VqSignConfig>

export type VqSignOptions = SigningModelOptions

/** The codebook: [codes, width]. */
export const CODEBOOK = 'codebook'

/** What all parameters of the layers that read codes are called first. */
const CONTEXT = 'context'

/** The layer that makes K predictions of what was read. */
const NEXT = 'next'

/** Codes begin as far from each other as tokens are, whose norm leaves a variance of 1 in each of their numbers. */
export const codebookSpec = ({ codes, width }: Pick<VqSignConfig, 'codes' | 'width'>): ParameterSpec => ({
  ...{ name: CODEBOOK, shape: [codes, width] },
  ...{ init: { kind: 'normal', deviation: 1 }, table: true },
})

export const vqSignSpecs = (config: VqSignConfig): ParameterSpec[] => [
  ...signSpecs(config),
  codebookSpec(config),
  ...Array.from({ length: config.contextLayers }, (_, i) => [
    ...attentionSpecs(`${CONTEXT}.${i}/self`, config.width, ['key', 'value']),
    ...feedForwardSpecs(`${CONTEXT}.${i}/feed_forward`, config),
  ]).flat(),
  ...normSpecs(`${CONTEXT}/norm`, config.width),
  ...defaultLinearSpecs(NEXT, config.width, config.steps * config.width),
]

export class VqSignModel extends SigningModel<VqSignConfig> {
  /** Throws as {@link SigningModel}. */
  constructor(gpu: Gpu, description: VqSignDescription, options: VqSignOptions = {}) {
    super(gpu, description, { name: 'VQ-Sign', specs: vqSignSpecs }, options)
  }
}

export interface CodeInputs {
  /** [B, T', width]: each token's code. */
  readonly codes: Tensor
  /** u32 [B]: tokens of each clip. */
  readonly lengths: Tensor
  /** u32 [B·T']: each token's place in its clip. */
  readonly at: Tensor
}

/** [B, T', steps · width]: what is predicted at every token, from its code and those before it, of the next tokens, the nearest first. */
export function predictedSigns(
  r: Recording,
  { config, tables }: Pick<VqSignModel, 'config' | 'tables'>,
  { codes, lengths, at }: CodeInputs,
): Tensor {
  let x = r.graph.recorder.scope(CONTEXT, () => addPositions(r.graph, codes, tables.positions, at))
  for (let i = 0; i < config.contextLayers; i++) {
    x = selfAttention(r, `${CONTEXT}.${i}/self`, x, { keyLengths: lengths, causal: true })
    x = feedForward(r, `${CONTEXT}.${i}/feed_forward`, x)
  }
  return project(r, NEXT, norm(r, `${CONTEXT}/norm`, x))
}
