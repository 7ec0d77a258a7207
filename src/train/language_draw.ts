// How often clips of each language are seen, where some languages have a thousand times as many as others.

import { Random } from '../base/random.js'

export interface LanguageDraw {
  /** 1: as many draws of a language as it has clips; the higher, the more alike; the share of a language is its clips to the power of 1/temperature. */
  readonly temperature: number
  readonly seed: number
  readonly epoch: number
}

/**
 * What an epoch visits of each language: as many clips in all as there are. A language's clips come in an endless row of shuffles, of which each epoch takes its share
 * from where the last one stopped: so all clips of a language are seen as often, none twice before all were seen, and nothing has to be remembered.
 *
 * @param members the examples of each language
 */
export function drawLanguages(
  members: ReadonlyMap<string, readonly number[]>,
  { temperature, seed, epoch }: LanguageDraw,
): Map<string, number[]> {
  const weights = [...members].map(([language, own]) => ({ language, own, weight: own.length ** (1 / temperature) }))
  const all = weights.reduce((sum, { own }) => sum + own.length, 0)
  const total = weights.reduce((sum, { weight }) => sum + weight, 0)
  return new Map(
    weights.map(({ language, own, weight }) => {
      const count = Math.max(1, Math.round((all * weight) / total))
      return [language, piece(own, epoch * count, count, (round) => Random.for(seed, 'languages', language, round))]
    }),
  )
}

/** `count` of the row of shuffles of `own`, from place `from` on. */
function piece(own: readonly number[], from: number, count: number, random: (round: number) => Random): number[] {
  const taken: number[] = []
  for (let round = Math.floor(from / own.length); taken.length < count; round++) {
    const shuffled = random(round).shuffled(own)
    const start = Math.max(0, from - round * own.length)
    taken.push(...shuffled.slice(start, start + count - taken.length))
  }
  return taken
}
