// Which sentences a synthetic corpus holds, and in which split: new sentences to test on, made of words known from training in the same position.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import type { Random } from '../../base/random.js'

/** A sentence as numbers of words in the language's list; no word twice. */
export type Sentence = readonly number[]

export interface Splits<T> {
  readonly train: T[]
  readonly dev: T[]
  readonly test: T[]
}

/** Share of the sentences held out for dev, and again for test. */
const HELD_OUT = 0.1
/** Draws before a held-out sentence is called impossible. */
const PATIENCE = 2000

/**
 * Draws `count` different sentences of `least` to `most` words out of `words`, one tenth (at least one) for dev and for test.
 * Throws ERR_CONFIG where so many do not exist.
 */
export function drawSentences(count: number, words: number, [least, most]: readonly [number, number], random: Random): Splits<Sentence> {
  const heldOut = Math.max(1, Math.round(count * HELD_OUT))
  const taken = new Set<string>()
  const anywhere = Array.from({ length: most }, () => Array.from({ length: words }, (_, word) => word))

  const train = fill(count - 2 * heldOut, anywhere)
  const seen = anywhere.map((_, position) => [...new Set(train.flatMap((sentence) => sentence.slice(position, position + 1)))])
  return { train, dev: fill(heldOut, seen), test: fill(heldOut, seen) }

  /** Lengths take turns, and so do the words of a position, so that few sentences already show every word everywhere. */
  function fill(wanted: number, choices: readonly (readonly number[])[]): Sentence[] {
    const decks = choices.map(() => [] as number[])
    const sentences: Sentence[] = []
    for (let draw = 0; sentences.length < wanted; draw++) {
      if (draw > PATIENCE + wanted) throw tooFew(count, words, least, most)
      const sentence: number[] = []
      for (let position = 0; position < least + (draw % (most - least + 1)); position++) {
        if (decks[position]!.length === 0) decks[position] = random.shuffled(choices[position]!)
        const word = decks[position]!.pop()
        if (word !== undefined && !sentence.includes(word)) sentence.push(word)
      }
      const key = sentence.join(' ')
      if (sentence.length < least || taken.has(key) || !sentence.every((word, i) => choices[i]!.includes(word))) continue
      taken.add(key)
      sentences.push(sentence)
    }
    return sentences
  }
}

function tooFew(count: number, words: number, least: number, most: number): SignError {
  return new SignError(
    'ERR_CONFIG',
    'synthetic corpus',
    `wanted ${counted(count, 'different sentence')} a language, got no more out of ${counted(words, 'word')} in sentences of ${least} to ${most}`,
    'Ask for fewer clips, more words or longer sentences',
  )
}
