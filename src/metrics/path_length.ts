// How far one joint travels.

import type { Series } from './dtw.js'

/** The distances of joint `index` from row to row, added up; rows hold `joints` × 3 coordinates. */
export function pathLength({ values, length }: Series, joints: number, index: number): number {
  let sum = 0
  for (let i = 1; i < length; i++) {
    const [a, b] = [((i - 1) * joints + index) * 3, (i * joints + index) * 3]
    sum += Math.hypot(values[a]! - values[b]!, values[a + 1]! - values[b + 1]!, values[a + 2]! - values[b + 2]!)
  }
  return sum
}
