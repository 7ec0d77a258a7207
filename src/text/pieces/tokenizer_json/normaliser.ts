// The `normalizer` of a `tokenizer.json`: what is done to a text before it is cut.

import * as z from 'zod'
import { Charsmap } from '../charsmap.js'
import { checkLength, longest } from '../word_pieces.js'
import { settingsOf, typeOf, unsupported, wrong } from './part.js'
import { patternOf } from './pattern.js'
import { seenLetters } from './seen_letters.js'

/** A text as it is cut. */
export type Normaliser = (text: string) => string

const content = z.string().max(100)
const pattern = z.union([z.strictObject({ String: z.string().min(1) }), z.strictObject({ Regex: z.string() })])
const shapes = {
  Sequence: z.looseObject({ normalizers: z.array(z.unknown()).max(100) }),
  Precompiled: z.looseObject({ precompiled_charsmap: z.string() }),
  Replace: z.looseObject({ pattern, content }),
  Strip: z.looseObject({ strip_left: z.boolean(), strip_right: z.boolean() }),
  Prepend: z.looseObject({ prepend: content }),
} as const

/** Types that are read. */
export const normaliserTypes = [...Object.keys(shapes), 'NFC', 'NFD', 'NFKC', 'NFKD']

/** The normaliser that a part describes; null is none. Throws ERR_DATA naming `who` for a type that is not read, and for one with wrong settings. */
export function normaliserOf(part: unknown, who: string, depth = 0): Normaliser {
  if (part === null || part === undefined) return (text) => text
  const type = typeOf(part, who)
  const here = `${who} (${type})`
  switch (type) {
    case 'Sequence': {
      if (depth > 10) throw unsupported(here, 'sequences within sequences, ten at most', 'more')
      const steps = settingsOf(part, shapes.Sequence, here).normalizers.map((step, i) => normaliserOf(step, `${who}.${i}`, depth + 1))
      return (text) => steps.reduce((done, step) => step(done), text)
    }
    case 'Precompiled':
      return precompiled(new Charsmap(fromBase64(settingsOf(part, shapes.Precompiled, here).precompiled_charsmap, here), here), here)
    case 'Replace': {
      const settings = settingsOf(part, shapes.Replace, here)
      const found = 'String' in settings.pattern ? settings.pattern.String : patternOf(settings.pattern.Regex, here)
      return (text) => replaced(text, found, settings.content, here)
    }
    case 'Strip': {
      const { strip_left: left, strip_right: right } = settingsOf(part, shapes.Strip, here)
      return (text) => stripped(text, left, right)
    }
    case 'Prepend': {
      const { prepend } = settingsOf(part, shapes.Prepend, here)
      return (text) => (text === '' ? '' : prepend + text)
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return (text) => {
        const normalised = text.normalize(type)
        checkLength(normalised.length, longest.normalised, here)
        return normalised
      }
    default:
      throw unsupported(who, `a normalizer of type ${normaliserTypes.join(', ')}`, type)
  }
}

/** SentencePiece's rules as the library applies them: to what is seen as one letter, by the first rule that fits its beginning; else to each code point. */
function precompiled(charsmap: Charsmap, who: string): Normaliser {
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const rule = (bytes: Uint8Array) => {
    const found = charsmap.find(bytes, 0, 'shortest')
    return found && decoder.decode(found.bytes)
  }
  const codePoint = (letter: string) => rule(encoder.encode(letter)) ?? letter
  return (text) => {
    let done = ''
    for (const seen of seenLetters(text)) {
      const bytes = encoder.encode(seen)
      done += (bytes.length < 6 ? rule(bytes) : undefined) ?? Array.from(seen, codePoint).join('')
      checkLength(done.length, longest.normalised, who)
    }
    return done
  }
}

function replaced(text: string, found: string | RegExp, by: string, who: string): string {
  let length = text.length
  return text.replaceAll(found, (match) => {
    length += by.length - match.length
    checkLength(length, longest.normalised, who)
    return by
  })
}

function stripped(text: string, left: boolean, right: boolean): string {
  let from = 0
  let to = text.length
  while (left && from < to && isSpace(text[from]!)) from++
  while (right && to > from && isSpace(text[to - 1]!)) to--
  return text.slice(from, to)
}

const isSpace = (unit: string): boolean => /\p{White_Space}/u.test(unit)

function fromBase64(text: string, who: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  } catch {
    throw wrong(who, 'precompiled_charsmap in base64', 'other text')
  }
}
