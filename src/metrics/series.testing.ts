// Series of random walks for tests of alignments.

import { Random } from '../base/random.js'
import type { Series } from './dtw.js'

/** `length` rows of `dimension` numbers, each near the one before. */
export function walk(seed: number, length: number, dimension: number): Series {
  const random = new Random(seed)
  const values = new Float64Array(length * dimension)
  for (let i = 0; i < values.length; i++) values[i] = (values[i - dimension] ?? 0) + 0.3 * random.normal()
  return { values, length }
}
