// Languages that write no spaces between words. Cut at spaces, a whole sentence becomes one word, and no new sentence has a word that was learned.

/** Scripts that are written so, by their name in messages, with how many letters their words have on average at most where a text is cut into words. */
const scripts = {
  // Words of katakana alone are long, and foreign.
  'Chinese or Japanese': { word: /[\p{Script=Han}\p{Script=Hiragana}]/u, most: 3 },
  'Thai or Lao': { word: /[\p{Script=Thai}\p{Script=Lao}]/u, most: 6.5 },
  // Most of their vowels are marks, which do not count.
  'Khmer or Burmese': { word: /[\p{Script=Khmer}\p{Script=Myanmar}]/u, most: 4.5 },
} as const

/** Fewer of a text's words are names and quotations, of which nothing follows. */
const LEAST_SHARE = 0.05

/** What is written without spaces, and a word that must be a clause. */
export interface UncutWriting {
  readonly writing: keyof typeof scripts
  readonly word: string
}

/** Says of a text's words if they are whole clauses, because nothing stands between its words. Undefined where words are words. */
export function uncutWriting(words: readonly string[]): UncutWriting | undefined {
  for (const [writing, { word, most }] of Object.entries(scripts) as [
    UncutWriting['writing'],
    (typeof scripts)[UncutWriting['writing']],
  ][]) {
    const own = words.filter((one) => word.test(one))
    const letters = own.map((one) => one.match(/\p{L}/gu)?.length ?? 0)
    const mean = letters.reduce((sum, count) => sum + count, 0) / own.length
    if (own.length >= LEAST_SHARE * words.length && mean >= most) return { writing, word: own[letters.indexOf(Math.max(...letters))]! }
  }
  return undefined
}
