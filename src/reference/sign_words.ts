// The plain-loop twin of shaders/sign_words.wgsl, in float64: what its words and characters count, once it is told where they are.

/** Some tokens one after another. */
interface Span {
  readonly first: number
  readonly end: number
}

/** A clip whose words and characters are known. */
export interface WrittenClip {
  readonly tokens: number
  readonly words: readonly Span[]
  readonly characters: readonly (Span & { readonly isSlow: boolean })[]
}

/** What sign_words makes of clips of `length` tokens each at most. */
export function signWords(clips: readonly WrittenClip[], length: number) {
  const rows = clips.length * length
  const spans = new Uint32Array(clips.length * (length + 1) * 2)
  const [weight, slowShare, share] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)]
  const wordLengths = Uint32Array.from(clips, ({ words }) => words.length)
  for (const [b, { tokens, words, characters }] of clips.entries()) {
    for (let t = 0; t <= length; t++) {
      const word = words.findIndex(({ first, end }) => t >= first && t < end)
      spans[(b * (length + 1) + t) * 2] = word < 0 ? length : word
      spans[(b * (length + 1) + t) * 2 + 1] = words[t]?.first ?? tokens
    }
    for (const [w, { first, end }] of words.entries()) {
      const own = characters.filter((character) => character.first >= first && character.first < end)
      slowShare[b * length + w] = own.filter(({ isSlow }) => isSlow).length / own.length
      share[b * length + w] = 1 / (clips.length * words.length)
      for (const character of own)
        for (let t = character.first; t < character.end; t++)
          weight[b * length + t] = character.isSlow ? 0 : 1 / (own.length * (character.end - character.first))
    }
  }
  return { spans, weight, slowShare, share, wordLengths }
}
