// What a model learns: a value and, in training, the gradient of the loss at it.

import type { Tensor } from '../device/memory.js'

export type Init = 'xavier' | 'zeros' | 'ones'

/** One entry of a model's list of parameters; arenas, checkpoints and the count all follow from that list. */
export interface ParameterSpec {
  /** A path: `decoder.1/cross/query/weight`. */
  readonly name: string
  /** As the mathematics has it, e.g. [outputs, inputs]. */
  readonly shape: readonly number[]
  readonly init: Init
  /** Lies right behind the parameter of its number of dimensions before it, so that both can be taken as one. */
  readonly follows?: true
}

export interface Parameter {
  readonly spec: ParameterSpec
  /** Stored with every size rounded up to a multiple of 4; the padding is 0 and stays 0. */
  readonly value: Tensor
  /** Absent outside training. */
  readonly grad?: Tensor
  /** The value as halves, as it was when the step began: a working copy for products. Only in training with halves. */
  readonly half?: Tensor
}

/** The next multiple of 4: kernels read four numbers at a time. */
export const padded = (n: number): number => Math.ceil(n / 4) * 4

export const storedShape = (shape: readonly number[]): number[] => shape.map(padded)
