// Divides items into train, dev and test so that nothing is in two of them.

import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'

export interface SplitShares {
  /** Share of the distinct items, 0 to 1. Default 0.1 each. */
  readonly dev?: number
  readonly test?: number
}

export interface Split<T> {
  readonly train: T[]
  readonly dev: T[]
  readonly test: T[]
}

/**
 * Splits the distinct items; the same items and seed give the same split, in whatever order they come. A share above 0 gets at least one item.
 * Throws ERR_CONFIG for shares that leave nothing to train on, ERR_DATA for fewer items than splits.
 */
export function split(items: readonly string[], seed: number, shares: SplitShares = {}): Split<string> {
  const { dev = 0.1, test = 0.1 } = shares
  if (!(dev >= 0 && test >= 0 && dev + test < 1)) {
    throw new SignError(
      'ERR_CONFIG',
      'split',
      `wanted shares of at least 0 that leave something to train on, got dev ${dev} and test ${test}`,
      'Lower them',
    )
  }
  const shuffled = Random.for(seed, 'split').shuffled([...new Set(items)].sort())
  const count = (share: number): number => (share === 0 ? 0 : Math.max(1, Math.round(share * shuffled.length)))
  const [devs, tests] = [count(dev), count(test)]
  if (shuffled.length <= devs + tests) {
    throw new SignError(
      'ERR_DATA',
      'split',
      `wanted more than ${devs + tests} distinct items, got ${shuffled.length}`,
      'Give more items, or no dev or test share',
    )
  }
  return { dev: shuffled.slice(0, devs), test: shuffled.slice(devs, devs + tests), train: shuffled.slice(devs + tests) }
}
