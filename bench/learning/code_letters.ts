// Whether equal letters get equal codes: tokens of spelled words with the letter that is signed in each, and how well codes tell letters.

/** A token's code and letter. Where one letter becomes the next there is none, and no token. */
export interface CodedLetter {
  readonly code: number
  readonly letter: string
  /** Which letter of which clip it is a token of. */
  readonly occurrence: string
}

export interface LetterCodes {
  /** Codes that tokens have. */
  readonly codes: number
  /** Share of tokens whose letter is that which most tokens of their code have, among these very tokens. */
  readonly purity: number
  /** The same where each code stands for the letter that most training tokens of it have. */
  readonly accuracy: number
  /** Two signings of a letter have the same commonest code: of the same letter, and of two different ones. */
  readonly sameLetter: number
  readonly otherLetter: number
}

/** The letter of each token of a clip; undefined in joins. `starts`: each letter's first frame, of `frames` each; token t is about frame t · framesPerToken. */
export function lettersOfTokens(
  tokens: number,
  framesPerToken: number,
  { letters, starts, frames }: { readonly letters: readonly string[]; readonly starts: readonly number[]; readonly frames: number },
): (number | undefined)[] {
  return Array.from({ length: tokens }, (_, t) => {
    const at = t * framesPerToken
    const k = letters.findIndex((_, i) => at >= starts[i]! && at < starts[i]! + frames)
    return k < 0 ? undefined : k
  })
}

export function letterCodes(train: readonly CodedLetter[], test: readonly CodedLetter[]): LetterCodes {
  const learnt = commonestLetters(train)
  const own = commonestLetters(test)
  const share = (letterOf: ReadonlyMap<number, string>) =>
    test.filter(({ code, letter }) => letterOf.get(code) === letter).length / test.length
  const signed = [...groupedBy(test, ({ occurrence }) => occurrence).values()].map((tokens) => ({
    letter: tokens[0]!.letter,
    code: commonest(tokens.map(({ code }) => code)),
  }))
  let [same, sameEqual, other, otherEqual] = [0, 0, 0, 0]
  for (const [i, a] of signed.entries()) {
    for (const b of signed.slice(i + 1)) {
      const equal = a.code === b.code ? 1 : 0
      if (a.letter === b.letter) {
        same++
        sameEqual += equal
      } else {
        other++
        otherEqual += equal
      }
    }
  }
  return {
    codes: new Set(test.map(({ code }) => code)).size,
    purity: share(own),
    accuracy: share(learnt),
    sameLetter: sameEqual / same,
    otherLetter: otherEqual / other,
  }
}

const commonestLetters = (tokens: readonly CodedLetter[]): ReadonlyMap<number, string> =>
  new Map([...groupedBy(tokens, ({ code }) => code)].map(([code, own]) => [code, commonest(own.map(({ letter }) => letter))]))

/** The first of those that occur most often. */
function commonest<T>(values: readonly T[]): T {
  const groups = [...groupedBy(values, (value) => value)]
  return groups.reduce((best, one) => (one[1].length > best[1].length ? one : best))[0]
}

function groupedBy<T, Key>(values: readonly T[], keyOf: (value: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>()
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value])
  return groups
}
