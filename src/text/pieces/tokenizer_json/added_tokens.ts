// The `added_tokens` of a `tokenizer.json`: tokens that are cut out of a text before the rest is cut into pieces, such as `</s>`.

import * as z from 'zod'
import { PieceIndex } from '../piece_index.js'
import type { Normaliser } from './normaliser.js'
import { settingsOf, wrong } from './part.js'

const shape = z.array(
  z.looseObject({
    id: z
      .int()
      .min(0)
      .max(2 ** 24),
    content: z.string().min(1),
    single_word: z.boolean().default(false),
    lstrip: z.boolean().default(false),
    rstrip: z.boolean().default(false),
    normalized: z.boolean().exactOptional(),
    special: z.boolean().default(false),
  }),
)

export type AddedToken = z.output<typeof shape>[number]

/** A stretch of a text: an added token, or what is between them and where it begins. */
export type Stretch = { readonly token: AddedToken } | { readonly text: string; readonly at: number }

/** The list in a file; an absent one is empty. Throws ERR_DATA naming `who` for ids or tokens that come twice. */
export function addedTokensOf(part: unknown, who: string): readonly AddedToken[] {
  const tokens = settingsOf(part ?? [], shape, who)
  for (const key of ['id', 'content'] as const) {
    const seen = new Set<unknown>()
    for (const token of tokens) {
      if (seen.has(token[key])) throw wrong(who, `each ${key} once`, `'${token[key]}' twice`)
      seen.add(token[key])
    }
  }
  return tokens
}

/** Cuts the added tokens out: those told by their letters as given first, then, from what is normalised, the others. */
export class AddedTokens {
  readonly #normalise: Normaliser
  readonly #asGiven: Finder
  readonly #normalised: Finder

  constructor(tokens: readonly AddedToken[], normalise: Normaliser) {
    const isNormalised = ({ normalized, special }: AddedToken) => normalized ?? !special
    this.#normalise = normalise
    this.#asGiven = new Finder(tokens.filter((token) => !isNormalised(token)).map((token) => [token.content, token]))
    this.#normalised = new Finder(tokens.filter(isNormalised).map((token) => [normalise(token.content), token]))
  }

  /** Added tokens and the normalised text between them, in order. */
  cut(text: string): Stretch[] {
    return this.#asGiven.cut(text).flatMap((stretch) => {
      if ('token' in stretch) return [stretch]
      const inner = this.#normalised.cut(this.#normalise(stretch.text))
      return inner.map((part) => ('token' in part ? part : { text: part.text, at: stretch.at + part.at }))
    })
  }
}

/** Finds tokens in a text: of those that begin at a place, the longest. */
class Finder {
  readonly #tokens: readonly AddedToken[]
  readonly #index: PieceIndex

  constructor(named: readonly (readonly [string, AddedToken])[]) {
    const met = new Map(named.filter(([text]) => text !== ''))
    this.#tokens = [...met.values()]
    this.#index = new PieceIndex([...met.keys()].map((text, i) => [text, i]))
  }

  cut(text: string): Stretch[] {
    const stretches: Stretch[] = []
    let done = 0
    for (let at = 0; at < text.length; ) {
      let end = at
      let place = -1
      this.#index.each(text, at, (to, i) => {
        end = to
        place = i
      })
      const token = this.#tokens[place]
      if (token && !(token.single_word && isWithinWord(text, at, end))) {
        const from = Math.max(done, token.lstrip ? at - spaces(text, at, -1) : at)
        if (done < from) stretches.push({ text: text.slice(done, from), at: done })
        stretches.push({ token })
        done = token.rstrip ? end + spaces(text, end, 1) : end
      }
      at = Math.max(end, done, at + 1)
    }
    if (done < text.length) stretches.push({ text: text.slice(done), at: done })
    return stretches
  }
}

const letter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u

function isWithinWord(text: string, from: number, to: number): boolean {
  const before = [...text.slice(Math.max(0, from - 2), from)].at(-1)
  const after = [...text.slice(to, to + 2)][0]
  return (before !== undefined && letter.test(before)) || (after !== undefined && letter.test(after))
}

/** How many units of white space there are from a place on, forwards or backwards. */
function spaces(text: string, from: number, step: 1 | -1): number {
  let count = 0
  for (let at = step > 0 ? from : from - 1; /\p{White_Space}/u.test(text[at] ?? ''); at += step) count++
  return count
}
