// One entry of a model's list of parameters; memory, checkpoints, initialisation and the parameter count all follow from that list.

import type { Init } from './init.js'

export interface ParameterSpec {
  /** A path: `decoder.1/cross/query/weight`. */
  readonly name: string
  /** As the mathematics has it, e.g. [outputs, inputs]. */
  readonly shape: readonly number[]
  readonly init: Init
  /** Whether training changes it; default true. A frozen one has no gradient and no optimiser state. */
  readonly trainable?: boolean
  /** What it is stored as; default f32. Only frozen ones may be f16, and only the weights of linear layers are read so. */
  readonly dtype?: 'f32' | 'f16'
  /** Lies right behind the parameter of its number of dimensions before it, so that both can be taken as one. */
  readonly follows?: true
}

export const isTrainable = ({ trainable = true }: ParameterSpec): boolean => trainable

/** What weight decay is for: biases, gains and offsets are vectors. */
export const isMatrix = ({ shape }: ParameterSpec): boolean => shape.length > 1
