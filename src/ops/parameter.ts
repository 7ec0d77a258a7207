// What ops read of a model: a value and, where it is trained, the gradient of the loss at it.

import { bug } from '../base/errors.js'
import type { Tensor } from '../device/memory.js'

export interface Parameter {
  /** A path: `decoder.1/cross/query/weight`. */
  readonly name: string
  /** Stored with every size rounded up to a multiple of 4; the padding is 0 and stays 0. f16 only where it is frozen. */
  readonly value: Tensor
  /** Absent outside training, and where it is frozen. */
  readonly grad?: Tensor
  /** The value as halves, as it was when the step began: a working copy for products. Only in training with halves. */
  readonly half?: Tensor
}

/** Its value, for kernels that read f32. A bug where it is stored as f16. */
export function f32Value({ name, value }: Parameter): Tensor {
  if (value.dtype !== 'f32')
    throw bug(
      name,
      `wanted a parameter stored as f32, got ${value.dtype}, which only weights of linear layers and tables of a vocabulary may be`,
    )
  return value
}

/** The next multiple of 4: kernels read four numbers at a time. */
export const padded = (n: number): number => Math.ceil(n / 4) * 4

export const storedShape = (shape: readonly number[]): number[] => shape.map(padded)
