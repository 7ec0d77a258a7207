// Stage 1 of Sign2GPT (Wong et al. 2024): frames in; out, which pseudo-glosses a clip shows, and where. Forward only; the way back follows from the ops.

import type { Gpu } from '../device/gpu.js'
import type { Tensor } from '../device/memory.js'
import type { ParameterSpec } from '../nn/parameter_spec.js'
import { type PrototypeHead, type PrototypeTraining, prototypeHead, prototypeSpecs } from '../nn/prototypes.js'
import type { Recording } from '../nn/recording.js'
import type { PseudoGlossClasses } from '../text/pseudo_gloss/classes.js'
import type { SignConfig } from './sign_sizes.js'
import { signSpecs } from './sign_tokens.js'
import { type SigningDescription, SigningModel, type SigningModelOptions } from './signing_model.js'

export interface PseudoGlossConfig extends SignConfig {
  /** Numbers of a word vector. */
  readonly vectorWidth: number
  /** Dropout of tokens before they are compared with word vectors. */
  readonly headDropout: number
  /** What of the head is trained beside its linear layer. */
  readonly trained: PrototypeTraining
}

export interface PseudoGlossDescription extends SigningDescription<PseudoGlossConfig> {
  readonly classes: PseudoGlossClasses
}

export type PseudoGlossOptions = SigningModelOptions

/** The prototype head's parameters begin with it. */
export const PROTOTYPES = 'prototypes'

/** The word vectors of the classes, and of the zero class behind them: [classes + 1, vectorWidth]. */
export const VECTORS = `${PROTOTYPES}/vectors`

export const pseudoGlossSpecs = (config: PseudoGlossConfig, classes: number): ParameterSpec[] => [
  ...signSpecs(config),
  ...prototypeSpecs(PROTOTYPES, { width: config.width, vectorWidth: config.vectorWidth, classes }, config.trained),
]

export class PseudoGlossModel extends SigningModel<PseudoGlossConfig> implements PseudoGlossDescription {
  readonly classes: PseudoGlossClasses

  /** Throws as {@link SigningModel}. */
  constructor(gpu: Gpu, description: PseudoGlossDescription, options: PseudoGlossOptions = {}) {
    super(gpu, description, { name: 'pseudo-gloss', specs: (config) => pseudoGlossSpecs(config, description.classes.size) }, options)
    this.classes = description.classes
  }
}

/** Scores and map of tokens x [B, T', width], those before each of lengths u32 [B]. */
export function pseudoGlossHead(r: Recording, { config, classes }: PseudoGlossDescription, x: Tensor, lengths: Tensor): PrototypeHead {
  return prototypeHead(r, PROTOTYPES, { x, lengths, classes: classes.size, dropout: config.headDropout })
}
