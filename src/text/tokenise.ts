// A sentence into tokens. One function for vocabularies, training and inference: where two sides cut differently, words turn unknown
// without anyone noticing.

import { SignError } from '../base/errors.js'

// What each policy does with a sentence.
const policies = {
  // As in Progressive Transformers: cut at white space, nothing else touched. Right for glosses and LangGloss.
  whitespace: (text: string) => text.trim().split(/\s+/u).filter(Boolean),
  words: (text: string) => folded(text).match(word) ?? [],
  letters: (text: string) => folded(text).match(letter) ?? [],
  spelled: (text: string) => folded(text).match(word) ?? [],
  'words-and-marks': (text: string) => (text.toLowerCase().match(wordOrMark) ?? []).filter((token) => !pythonSpaces.includes(token)),
}

// A run of letters, marks and digits that begins with a letter or digit: marks alone are what is left of an emoji. Inside it, an apostrophe
// before letters (don't) and a point or comma between digits (3,5) stay.
const word = /_*[\p{L}\p{N}][\p{L}\p{M}\p{N}_]*(?:'\p{L}[\p{L}\p{M}]*|(?<=\p{N})[.,]\p{N}+)*/gu
/** What stands between two words of a spelled sentence: `h e l l o | w o r l d`. */
export const WORD_BOUNDARY = '|'
// One letter with its marks, or one digit, or a word boundary that stands alone. A Hangul syllable is one letter here.
const letter = /\p{L}\p{M}*|\p{N}|(?<!\S)\|(?!\S)/gu

// As Python's [\w']+|[^\w\s], whose white space is not quite JavaScript's: U+FEFF is none there, and these are.
const wordOrMark = /[\p{L}\p{N}_']+|\ufeff|[^\p{L}\p{N}_\s]/gu
const pythonSpaces: readonly string[] = ['\u001c', '\u001d', '\u001e', '\u001f', '\u0085']

/**
 * How sentences are cut into tokens.
 *
 * - `whitespace`: at white space only; case and punctuation are kept
 * - `words`: lower-cased and NFC-normalised; punctuation separates words and is dropped
 * - `letters`: each letter or digit by itself, lower-cased, for fingerspelling, and for languages that write no spaces between words; a `|` between spaces,
 *   which stands between two words, is a token too
 * - `spelled`: as `words`; a vocabulary then spells the words it does not have, letter by letter
 * - `words-and-marks`: lower-cased; runs of letters, digits, underscores and apostrophes, and each mark by itself, vowel signs too, as in the SignDW
 *   Transformer
 */
export type TokenPolicy = keyof typeof policies

/** The names of all policies. */
export const tokenPolicies = Object.keys(policies) as readonly TokenPolicy[]

/**
 * Cuts a sentence into tokens; an empty list where nothing is left.
 *
 * @throws ERR_CONFIG for a policy that does not exist
 */
export function tokenise(text: string, policy: TokenPolicy): string[] {
  if (!Object.hasOwn(policies, policy))
    throw new SignError(
      'ERR_CONFIG',
      'tokens',
      `wanted one of ${tokenPolicies.join(', ')}, got "${policy}"`,
      'Choose one of those policies',
    )
  return policies[policy](text)
}

/**
 * Lower case before NFC, since lower-casing can leave a letter and its mark apart; the typographic apostrophe as the plain one. Characters
 * that nobody sees (joiners, soft hyphens, choices of a glyph) and the frames of keycaps are taken out, so that a word is the same with
 * and without them; all but the zero-width space, which stands between words.
 */
function folded(text: string): string {
  return text.toLowerCase().replace(pictograph, ' ').replace(unseen, '').normalize('NFC').replaceAll('’', "'")
}

// \p{Me} encloses what is before it. One pictograph is a letter by its category: the i of information.
const unseen = /(?!\u200b)[\p{Default_Ignorable_Code_Point}\p{Me}]/gu
const pictograph = /\u2139/gu
