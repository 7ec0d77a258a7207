// Sentences of which some words are hidden, as GFSLT-VLP restores them: the last ones, or all but one in each part of the sentence.

import type { Random } from '../../base/random.js'
import { hiddenId } from '../../model/sign_text_matching.js'
import type { TextCoder } from '../../text/text_coder.js'

export const hidingWays = ['last', 'spread'] as const

export interface Hiding {
  /** `last`: as many from the end as a draw of up to `share` of them says; `spread`: `share` of them, wherever. */
  readonly hide: (typeof hidingWays)[number]
  /** Of a sentence's words. */
  readonly share: number
}

/** How many of a sentence's last words are hidden where `drawn` of them is to be, rounded up. */
export const hiddenAtEnd = (words: number, drawn: number): number => Math.ceil(words * drawn)

/** The parts of a sentence of which a word each stays where `share` of all are hidden: from the first of these places to before the second. */
export function partsOf(words: number, share: number): readonly (readonly [first: number, end: number])[] {
  const parts = Math.floor(words * (1 - share))
  return Array.from({ length: parts }, (_, i) => [Math.floor((i * words) / parts), Math.floor(((i + 1) * words) / parts)])
}

/** The words of so many that are hidden. */
function hiddenWords(words: number, { hide, share }: Hiding, random: Random): ReadonlySet<number> {
  const all = Array.from({ length: words }, (_, i) => i)
  if (hide === 'last') return new Set(all.slice(words - hiddenAtEnd(words, share * random.uniform())))
  const kept = new Set(partsOf(words, share).map(([first, end]) => first + random.below(end - first)))
  return new Set(all.filter((i) => !kept.has(i)))
}

/** The ids of a text, some of its words hidden behind one id each; of a text without spaces, as in Chinese, some of its tokens. */
export function withHiddenWords(text: string, coder: TextCoder, hiding: Hiding, random: Random): Uint32Array {
  const { words, closing } = idsOfWords(text, coder)
  const hidden = hiddenWords(words.length, hiding, random)
  return Uint32Array.from([...words.flatMap((ids, i) => (hidden.has(i) ? [hiddenId(coder)] : ids)), ...closing])
}

function idsOfWords(
  text: string,
  coder: TextCoder,
): { readonly words: readonly (readonly number[])[]; readonly closing: readonly number[] } {
  const [whole, closing] = [[...coder.encode(text)], [...coder.encode('')]]
  const own = whole.slice(0, whole.length - closing.length)
  const words = text
    .split(/\s+/u)
    .map((word) => [...coder.encode(word)].slice(0, -closing.length))
    .filter((ids) => ids.length > 0)
  const cutAtSpaces = words.length > 1 && words.flat().join() === own.join()
  return { words: cutAtSpaces ? words : own.map((id) => [id]), closing }
}
