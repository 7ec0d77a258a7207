import type { Graph } from '../ops/graph.js'
import type { GlossAttentionConfig } from './gloss_attention.js'
import type { ParameterSet } from './parameter_set.js'

/** What layers must know of a model's sizes. */
export interface LayerConfig {
  readonly heads: number
  /** Dropout inside the feed-forward block, after the activation and after the second linear. */
  readonly dropout: number
  /** Dropout of what each attention adds to the residual sum; default none, as the field's base model has it. */
  readonly residualDropout?: number
  /** Dropout of attention's weights, once the softmax is made; default none. */
  readonly attentionDropout?: number
  /** Dropout after the activation, where it differs from `dropout`. */
  readonly activationDropout?: number
  /** `gelu-erf` is the GELU of the error function, `gelu` its tanh form. */
  readonly activation: 'relu' | 'gelu' | 'gelu-erf'
  /** Added to the variance by every layer norm; default 1e-6. */
  readonly normEpsilon?: number
  /** Whether a norm is behind the encoder's last layer; default true. */
  readonly encoderNorm?: boolean
  /** How the encoder's frames attend to few places each, as GASLT has it; absent: each attends to all. */
  readonly glossAttention?: GlossAttentionConfig | undefined
  /** Whether vectors of tokens are multiplied by √width; default false. */
  readonly scaledTokens?: boolean
  readonly encoderLayers: number
  readonly decoderLayers: number
}

/** Where layers find their parameters: those of one set, or of several whose names differ. */
export type Weights = Pick<ParameterSet, 'get' | 'joined'>

/** What layers are recorded with. */
export interface Recording {
  readonly graph: Graph
  readonly weights: Weights
  readonly config: LayerConfig
}
