// The `pre_tokenizer` of a `tokenizer.json`: a normalised text into words, each of which is cut into pieces by itself.

import * as z from 'zod'
import { settingsOf, typeOf, unsupported } from './part.js'

/** A stretch of text; `first` where it begins the whole text. */
export interface Word {
  readonly text: string
  readonly first: boolean
}

export type PreTokeniser = (word: Word) => Word[]

const sequence = z.looseObject({ pretokenizers: z.array(z.unknown()).max(100) })
const schemes = ['always', 'first', 'never'] as const
const mark = z.string().refine((text) => [...text].length === 1, 'wanted one character')

/** The settings of a Metaspace, in the pre-tokenizer and in the decoder. Older files have `add_prefix_space` in the place of a scheme. */
export const metaspaceShape = z
  .looseObject({
    replacement: mark,
    prepend_scheme: z.enum(schemes).exactOptional(),
    add_prefix_space: z.boolean().exactOptional(),
    split: z.boolean().default(true),
  })
  .transform(({ replacement, split, prepend_scheme: scheme, add_prefix_space: prefixed }) => ({
    replacement,
    split,
    scheme: scheme ?? (prefixed === false ? 'never' : 'always'),
  }))

/** The pre-tokeniser that a part describes; null is none. Throws ERR_DATA naming `who` for a type that is not read. */
export function preTokeniserOf(part: unknown, who: string, depth = 0): PreTokeniser {
  if (part === null || part === undefined) return (word) => [word]
  const type = typeOf(part, who)
  const here = `${who} (${type})`
  switch (type) {
    case 'Sequence': {
      if (depth > 10) throw unsupported(here, 'sequences within sequences, ten at most', 'more')
      const steps = settingsOf(part, sequence, here).pretokenizers.map((step, i) => preTokeniserOf(step, `${who}.${i}`, depth + 1))
      return (word) => steps.reduce((words, step) => words.flatMap(step), [word])
    }
    case 'WhitespaceSplit':
      return ({ text, first }) =>
        [...text.matchAll(/\P{White_Space}+/gu)].map((match) => ({ text: match[0], first: first && match.index === 0 }))
    case 'Metaspace':
      return metaspace(settingsOf(part, metaspaceShape, here))
    default:
      throw unsupported(who, 'a pre_tokenizer of type Metaspace, WhitespaceSplit, Sequence', type)
  }
}

/** Spaces as a mark, one before the text where the scheme wants it; cut before every mark. */
function metaspace({ replacement, split, scheme }: z.output<typeof metaspaceShape>): PreTokeniser {
  return ({ text, first }) => {
    const marked = text.replaceAll(' ', replacement)
    const wanted = scheme === 'always' || (scheme === 'first' && first)
    const whole = wanted && marked !== '' && !marked.startsWith(replacement) ? replacement + marked : marked
    const words = split ? cutBefore(whole, replacement) : [whole]
    return words.filter((word) => word !== '').map((word, i) => ({ text: word, first: first && i === 0 }))
  }
}

function cutBefore(text: string, mark: string): string[] {
  const words: string[] = []
  let from = 0
  for (let at = text.indexOf(mark, 1); at >= 0; at = text.indexOf(mark, at + 1)) {
    words.push(text.slice(from, at))
    from = at
  }
  return [...words, text.slice(from)]
}
