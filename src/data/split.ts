// Divides items into train, dev and test so that nothing is in two of them.

import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import { tokenise } from '../text/tokenise.js'

/**
 * What of a corpus stays on one side: clips of one source video (see {@link videoOf}); clips of one sentence, whoever signs it; clips of one video or
 * one sentence, and all that hangs together so; or nothing.
 */
export const splitKinds = ['video', 'sentence', 'both', 'clip'] as const
export type SplitKind = (typeof splitKinds)[number]

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
  const distinct = [...new Set(items)].sort()
  const [devs, tests] = counts(distinct.length, shares, (share) => (share === 0 ? 0 : Math.max(1, Math.round(share * distinct.length))))
  const shuffled = Random.for(seed, 'split').shuffled(distinct)
  return { dev: shuffled.slice(0, devs), test: shuffled.slice(devs, devs + tests), train: shuffled.slice(devs + tests) }
}

/**
 * Splits so that items of one group stay together: clips of one video, or of one signer, would tell a model in train what is asked in test. Each group draws its
 * place from a hash of its name and the seed alone, so a corpus that grows keeps its clips where they were. Shares are of groups, met on average; a share above
 * 0 gets at least one group. Items keep their order. Throws as {@link split}, of groups.
 *
 * @example
 * splitByGroup(clips, (clip) => videoOf(clip.name), 27, { dev: 0.1, test: 0.1 })
 */
export function splitByGroup<T>(items: readonly T[], group: (item: T) => string, seed: number, shares: SplitShares = {}): Split<T> {
  const place = new Map([...new Set(items.map(group))].map((name) => [name, Random.for(seed, 'split', name).uniform()]))
  const order = [...place.keys()].sort((a, b) => place.get(a)! - place.get(b)! || (a < b ? -1 : 1))
  const { dev = 0.1, test = 0.1 } = shares
  const below = (share: number): number => order.filter((name) => place.get(name)! < share).length
  const [devs, tests] = counts(order.length, shares, (share, which) => {
    const drawn = which === 'dev' ? below(dev) : below(dev + test) - below(dev)
    return share === 0 ? 0 : Math.max(1, drawn)
  })
  const partOf = new Map(order.map((name, i) => [name, i < devs ? 'dev' : i < devs + tests ? 'test' : 'train'] as const))
  const parts: Split<T> = { train: [], dev: [], test: [] }
  for (const item of items) parts[partOf.get(group(item))!].push(item)
  return parts
}

/**
 * The video a clip was cut from, by the names the field's corpora give their clips: what comes before the number of the clip, as in `_2FBDaOPYig_4-3-rgb_front`
 * (How2Sign) and `dev/11August_2010_Wednesday_tagesschau-7` (PHOENIX14T, where the split before the slash is no part of it). A name without a number is its own.
 */
export function videoOf(name: string): string {
  const own = name.slice(name.lastIndexOf('/') + 1)
  return /^(.+)_\d+-\d+-rgb_front$/.exec(own)?.[1] ?? /^(.+)-\d+$/.exec(own)?.[1] ?? own
}

/** A sentence however it is written: capitals, punctuation and the making of accents are left out. Empty where there are no words. */
export function sentenceOf(text: string): string {
  return tokenise(text, 'words').join(' ')
}

/**
 * The groups in which both what is alike by one name and what is alike by another stay together: clips of one video or of one sentence, and of
 * whatever video that sentence is in too. A group is called like the first of its items' first names in the order of code points.
 */
export function joinedGroups<T>(items: readonly T[], first: (item: T) => string, second: (item: T) => string): (item: T) => string {
  const parent = new Map<string, string>()
  const root = (name: string): string => {
    let at = name
    while (parent.get(at) !== at) at = parent.get(at)!
    for (let next = name; next !== at; ) {
      const above = parent.get(next)!
      parent.set(next, at)
      next = above
    }
    return at
  }
  const bySecond = new Map<string, string>()
  for (const item of items) {
    const name = first(item)
    if (!parent.has(name)) parent.set(name, name)
    const [a, b] = [root(name), root(bySecond.get(second(item)) ?? name)]
    bySecond.set(second(item), name)
    parent.set(a < b ? b : a, a < b ? a : b)
  }
  return (item) => root(first(item))
}

/** How many names are those of items in more than one part. */
export function sharedBetween<T>(parts: Split<T>, nameOf: (item: T) => string): number {
  const [train, dev, test] = [parts.train, parts.dev, parts.test].map((items) => new Set(items.map(nameOf))) as [
    Set<string>,
    Set<string>,
    Set<string>,
  ]
  return (
    [...dev].filter((name) => train.has(name) || test.has(name)).length +
    [...test].filter((name) => train.has(name) && !dev.has(name)).length
  )
}

/** How many go to dev and to test, when something must be left to train on. */
function counts(
  items: number,
  shares: SplitShares,
  count: (share: number, which: 'dev' | 'test') => number,
): [devs: number, tests: number] {
  const { dev = 0.1, test = 0.1 } = shares
  if (!(dev >= 0 && test >= 0 && dev + test < 1)) {
    throw new SignError(
      'ERR_CONFIG',
      'split',
      `wanted shares of at least 0 that leave something to train on, got dev ${dev} and test ${test}`,
      'Lower them',
    )
  }
  const [devs, tests] = [count(dev, 'dev'), count(test, 'test')]
  if (items <= devs + tests) {
    throw new SignError(
      'ERR_DATA',
      'split',
      `wanted more than ${devs + tests} distinct items, got ${items}`,
      'Give more items, or no dev or test share',
    )
  }
  return [devs, tests]
}
