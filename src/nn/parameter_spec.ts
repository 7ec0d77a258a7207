// One entry of a model's list of parameters; memory, checkpoints, initialisation and the parameter count all follow from that list.

import { elements } from '../device/memory.js'
import type { Init } from './init.js'

export interface ParameterSpec {
  /** A path: `decoder.1/cross/query/weight`. */
  readonly name: string
  /** As the mathematics has it, e.g. [outputs, inputs]. */
  readonly shape: readonly number[]
  readonly init: Init
  /** Whether training changes it; default true. A frozen one has no gradient and no optimiser state. */
  readonly trainable?: boolean
  /**
   * Not trained, and yet changed in place by every forward pass of training, as the running statistics of a batch norm are (PyTorch calls such a
   * tensor a buffer). Stored as f32 in a GPU buffer apart from those of frozen parameters, so that one dispatch may read these and write it;
   * saved and restored with the other values. Wants `trainable: false`.
   */
  readonly running?: true
  /** What it is stored as; default f32. Only frozen ones may be f16, and only the weights of linear layers and tables of a vocabulary are read so. */
  readonly dtype?: 'f32' | 'f16'
  /**
   * A matrix of rows that are looked up or compared with, such as embeddings, prototypes and learned positions, and no weight of a layer: where only
   * those decay, it does not.
   */
  readonly table?: true
  /** Lies right behind the parameter of its number of dimensions before it, so that both can be taken as one. */
  readonly follows?: true
}

export const isTrainable = ({ trainable = true }: ParameterSpec): boolean => trainable

/** How many numbers training changes; padding is not counted. */
export const trainedNumbers = (specs: readonly ParameterSpec[]): number =>
  specs.filter(isTrainable).reduce((sum, { shape }) => sum + elements(shape), 0)

/** What weight decay is for as a rule: biases, gains and offsets are vectors. */
export const isMatrix = ({ shape }: ParameterSpec): boolean => shape.length > 1

/** What it is for where it is for weights of layers alone. */
export const isLayerWeight = (spec: ParameterSpec): boolean => isMatrix(spec) && !spec.table
