// Which words a text of characters may be made of: the pairs that are most frequent, joined one after the other (byte pair encoding, Sennrich et al. 2016).

/** A word as its characters. */
export type SignWord = readonly number[]

/** A text that is joined step by step. */
type Joined = SignWord[]

/** Up to `most` words of two characters and more, in the order in which they are joined: the first n are those of n joins. A pair occurs twice at least. */
export function candidateWords(texts: readonly SignWord[], most: number): SignWord[] {
  let joined: Joined[] = texts.map((text) => text.map((character) => [character]))
  const words: SignWord[] = []
  const known = new Set<string>()
  while (words.length < most) {
    const pair = mostFrequent(joined)
    if (!pair) break
    joined = joined.map((text) => join(text, pair))
    const word = pair.flat()
    // The same characters may be joined in two ways.
    if (known.has(String(word))) continue
    known.add(String(word))
    words.push(word)
  }
  return words
}

/** The first of the most frequent pairs; undefined where none occurs twice. */
function mostFrequent(texts: readonly Joined[]): readonly [SignWord, SignWord] | undefined {
  const counts = new Map<string, { readonly pair: readonly [SignWord, SignWord]; count: number }>()
  for (const text of texts) {
    for (let i = 0; i + 1 < text.length; i++) {
      const pair = [text[i]!, text[i + 1]!] as const
      const key = pair.map(String).join('|')
      const seen = counts.get(key)
      if (seen) seen.count++
      else counts.set(key, { pair, count: 1 })
    }
  }
  let best: { readonly pair: readonly [SignWord, SignWord]; readonly count: number } | undefined
  for (const one of counts.values()) if (one.count > (best?.count ?? 1)) best = one
  return best?.pair
}

function join(text: Joined, [first, second]: readonly [SignWord, SignWord]): Joined {
  const same = (a: SignWord | undefined, b: SignWord) => String(a) === String(b)
  const made: Joined = []
  for (let i = 0; i < text.length; i++) {
    if (same(text[i], first) && same(text[i + 1], second)) {
      made.push([...first, ...second])
      i++
    } else made.push(text[i]!)
  }
  return made
}
