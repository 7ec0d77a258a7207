// A vocabulary cut in shards, for tests.

import { padded } from '../src/ops/parameter.js'

export interface Shard {
  /** Class of its first column. */
  readonly first: number
  readonly classes: number
  /** [rows, stride], NaN behind the classes. */
  readonly logits: Float64Array
  readonly stride: number
}

/** The columns of logits [rows, classes] in shards of so many classes each. */
export function shardsOf(logits: Float64Array, rows: number, sizes: readonly number[]): Shard[] {
  const total = logits.length / rows
  let first = 0
  return sizes.map((classes) => {
    const stride = padded(classes)
    const own = new Float64Array(rows * stride).fill(Number.NaN)
    for (let r = 0; r < rows; r++) own.set(logits.subarray(r * total + first, r * total + first + classes), r * stride)
    const shard = { first, classes, logits: own, stride }
    first += classes
    return shard
  })
}
