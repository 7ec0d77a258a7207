// Sentences to spell: several words in a row.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import type { Random } from '../../base/random.js'

/** Draws that bring no new sentence, for each that is asked for, before there are called to be no more. */
const PATIENCE = 100

/**
 * `count` different sentences of `least` to `most` words, no word twice in one. Lengths take turns, and every word is used before any is used again.
 * Throws ERR_DATA naming `who` where so many do not exist.
 */
export function drawSentences(
  words: readonly string[],
  count: number,
  [least, most]: readonly [number, number],
  random: Random,
  who: string,
): string[][] {
  const made = new Map<string, string[]>()
  let deck: string[] = []
  for (let tries = 0; made.size < count; tries++) {
    if (words.length < most || tries > PATIENCE * count) {
      const asked = `${counted(count, 'different sentence')} of ${least} to ${most} words`
      throw new SignError(
        'ERR_DATA',
        who,
        `wanted ${asked}, got ${counted(words.length, 'word')}`,
        'Ask for fewer sentences, shorter ones or more words',
      )
    }
    const sentence: string[] = []
    const length = least + (tries % (most - least + 1))
    while (sentence.length < length) {
      if (deck.length === 0) deck = random.shuffled(words)
      // The last words of one deck may come again at the top of the next.
      const at = deck.findLastIndex((word) => !sentence.includes(word))
      if (at < 0) deck = random.shuffled(words)
      else sentence.push(...deck.splice(at, 1))
    }
    made.set(sentence.join(' '), sentence)
  }
  return [...made.values()]
}
