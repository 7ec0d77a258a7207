// Which token is which number. A vocabulary carries its token policy, so that a saved model cuts a new sentence as its training did.

import * as z from 'zod'
import { SignError } from '../base/errors.js'
import { markedLanguage, splitMark } from './language_mark.js'
import type { TextCoder } from './text_coder.js'
import { type TokenPolicy, tokenise, tokenPolicies, WORD_BOUNDARY } from './tokenise.js'

/** The tokens every vocabulary starts with; their places are their ids. */
export const specials = ['<unk>', '<pad>', '<s>', '</s>'] as const

/** Ids of the special tokens: unknown word, padding, start, end. */
export const specialId = { unknown: 0, padding: 1, start: 2, end: 3 } as const

/** What the SignDW Transformer's vocabularies start with. */
const signDwSpecials = ['<pad>', '<unk>', '<bos>', '<eos>'] as const

const savedForm = z.strictObject({ policy: z.enum(tokenPolicies), words: z.array(z.string().min(1)) })

/** What `toJSON` gives; `words` without the specials. */
export type SavedVocabulary = z.infer<typeof savedForm>

/** An ordered set of words: the four specials, then words by id. Never changes. */
export class Vocabulary implements TextCoder {
  /** All tokens by id, specials included. */
  readonly tokens: readonly string[]
  readonly policy: TokenPolicy
  readonly special = specialId
  /** The languages of which it has a mark (language_mark.ts), with which sentences begin; none where they are read as they are. */
  readonly languages: readonly string[]
  readonly #ids: ReadonlyMap<string, number>

  /** @param words without specials, by id; one that comes again, or that is called like a special, is ignored */
  constructor(words: Iterable<string>, policy: TokenPolicy) {
    const kept = new Set(words)
    for (const special of specials) kept.delete(special)
    this.tokens = [...specials, ...kept]
    this.policy = policy
    // Specials are left out: a sentence that holds "</s>" must not end itself.
    this.#ids = new Map([...kept].map((token, i) => [token, specials.length + i]))
    this.languages = this.tokens.flatMap((token) => markedLanguage(token) ?? [])
  }

  /**
   * The words of some sentences that occur at least `minCount` times, the first `most` of them, and all words of those in `keep`: most frequent
   * first, then by code point. Under the policy `spelled`, the letters of all words too. Marks of languages (language_mark.ts) that sentences begin with are tokens under
   * any policy.
   */
  static build(
    sentences: Iterable<string>,
    policy: TokenPolicy,
    { minCount = 1, most = Infinity, keep = [] }: { minCount?: number; most?: number; keep?: Iterable<string> } = {},
  ): Vocabulary {
    const counts = countTokens(sentences, policy)
    const fixed = countTokens(keep, policy)
    for (const [token, count] of fixed) counts.set(token, (counts.get(token) ?? 0) + count)
    const byCount = (tokens: ReadonlyMap<string, number>) =>
      [...tokens].sort(([a, countA], [b, countB]) => countB - countA || byCodePoint(a, b)).map(([token]) => token)
    const frequent = new Set(
      byCount(counts)
        .filter((token) => counts.get(token)! >= minCount)
        .slice(0, most),
    )
    const kept = byCount(counts).filter((token) => fixed.has(token) || frequent.has(token))
    const words = [...counts.keys()].filter((token) => !isMark(token))
    const letters = policy === 'spelled' ? byCount(countTokens(words, 'letters')).map(asLetter) : []
    return new Vocabulary([...letters, ...kept], policy)
  }

  /**
   * A vocabulary file's lines, one word a line, in its order. The words are folded as the policy folds sentences, so that they can be met.
   *
   * @param who the file's name, for messages
   * @throws ERR_DATA with the line: a line of two words, or specials anywhere but in their order at the top
   */
  static fromLines(lines: readonly string[], policy: TokenPolicy, who: string): Vocabulary {
    const words = lines.map((line) => line.trim())
    const order = [specials, signDwSpecials].find(([first]) => words[0] === first) ?? []
    words.forEach((word, i) => {
      const wanted = order[i]
      if (/\s/u.test(word)) throw new SignError('ERR_DATA', `${who}:${i + 1}`, `wanted one word per line, got "${word}"`, 'Split that line')
      if ((wanted ?? word) !== word || (!wanted && isSpecial(word)))
        throw new SignError(
          'ERR_DATA',
          `${who}:${i + 1}`,
          `wanted ${wanted ?? 'a word'}, got ${word || 'an empty line'}`,
          `Put ${(order.length > 0 ? order : specials).join(', ')} in this order at the top, or leave them all out`,
        )
    })
    return new Vocabulary(
      words.slice(order.length).flatMap((word) => lineTokens(word, policy)),
      policy,
    )
  }

  /** Reads what `toJSON` wrote. Throws ERR_CHECKPOINT where it is something else; `who` names the file. */
  static fromJSON(saved: unknown, who: string): Vocabulary {
    const form = savedForm.safeParse(saved)
    if (!form.success) {
      const got = z.prettifyError(form.error).replace(/\s+/g, ' ')
      throw new SignError('ERR_CHECKPOINT', who, `wanted a vocabulary {policy, words}, got ${got}`, 'Save the checkpoint again')
    }
    const vocabulary = new Vocabulary(form.data.words, form.data.policy)
    if (vocabulary.size !== specials.length + form.data.words.length)
      throw new SignError(
        'ERR_CHECKPOINT',
        who,
        'wanted each word once, got a word twice or a special among them',
        'Save the checkpoint again',
      )
    return vocabulary
  }

  /** How many ids there are, specials included: the rows of an embedding table. */
  get size(): number {
    return this.tokens.length
  }

  /** The id of one token as `tokenise` gives it; 0 where it is unknown. */
  idOf(token: string): number {
    return this.#ids.get(token) ?? specialId.unknown
  }

  /**
   * A sentence's tokens as this vocabulary cuts them. Under `spelled`, a word that it does not have is its letters, `·r ·a ·i ·n`. Under `letters`, word boundaries
   * are read past by a vocabulary that has none, as those of single words do.
   */
  tokensOf(text: string): string[] {
    const words = this.languages.length > 0 ? lineTokens(text, this.policy) : tokenise(text, this.policy)
    if (this.policy === 'letters' && !this.#ids.has(WORD_BOUNDARY)) return words.filter((letter) => letter !== WORD_BOUNDARY)
    if (this.policy !== 'spelled') return words
    return words.flatMap((word) => (this.#ids.has(word) || isMark(word) ? [word] : tokenise(word, 'letters').map(asLetter)))
  }

  /** The ids of a sentence's tokens, then `</s>`. Unknown words are 0. */
  encode(text: string): Uint32Array {
    return Uint32Array.from([...this.tokensOf(text).map((token) => this.idOf(token)), specialId.end])
  }

  /** The tokens of ids with spaces between, up to the first `</s>`; unknown ones and padding are left out. */
  decode(ids: Iterable<number>): string {
    const tokens: string[] = []
    for (const id of ids) {
      if (id === specialId.end) break
      const token = id >= specials.length ? this.tokens[id] : undefined
      if (token !== undefined) tokens.push(token)
    }
    return tokens.join(' ')
  }

  /** The tokens of a sentence that are not in the vocabulary, each once. */
  unknownIn(text: string): string[] {
    return [...new Set(this.tokensOf(text).filter((token) => this.idOf(token) === specialId.unknown))]
  }

  /** Whether it has any word of a sentence, the mark of its language aside; not of one that is nothing but punctuation. */
  knowsAny(text: string): boolean {
    return this.tokensOf(text).some((token) => this.#ids.has(token) && !isMark(token))
  }

  /** Share of the sentences' tokens that are unknown, 0 to 1; near 1 means the wrong vocabulary or policy. 0 where there are no tokens. */
  unknownShare(sentences: Iterable<string>): number {
    let known = 0
    let all = 0
    for (const sentence of sentences)
      for (const token of this.tokensOf(sentence)) {
        all++
        if (this.#ids.has(token)) known++
      }
    return all === 0 ? 0 : 1 - known / all
  }

  toJSON(): SavedVocabulary {
    return { policy: this.policy, words: this.tokens.slice(specials.length) }
  }
}

/** A letter inside a spelled word, told from a word of one letter. */
const asLetter = (letter: string): string => `·${letter}`

const isMark = (token: string): boolean => markedLanguage(token) !== undefined

/** A sentence's tokens, the mark of its language first where it begins with one. */
function lineTokens(line: string, policy: TokenPolicy): string[] {
  const marked = splitMark(line)
  return marked ? [marked.token, ...tokenise(marked.sentence, policy)] : tokenise(line, policy)
}

function countTokens(sentences: Iterable<string>, policy: TokenPolicy): Map<string, number> {
  const counts = new Map<string, number>()
  for (const sentence of sentences) for (const token of lineTokens(sentence, policy)) counts.set(token, (counts.get(token) ?? 0) + 1)
  return counts
}

/** Not by UTF-16 units, among which what lies beyond the first 65,536 characters comes before some of them. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]]
  const at = left.findIndex((char, i) => char !== right[i])
  if (at < 0) return left.length - right.length
  return (left[at]!.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1)
}

function isSpecial(word: string): boolean {
  return (specials as readonly string[]).includes(word)
}
