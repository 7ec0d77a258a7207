// How SentencePiece normalises a text before it is cut: rules on letters, then spaces.

import { Charsmap } from '../charsmap.js'
import { PieceIndex } from '../piece_index.js'
import { checkLength, longest, SPACE, wellFormed } from '../word_pieces.js'
import type { SentencePieceFile } from './file.js'

/** What turns a text into what is cut into pieces. */
export type Normaliser = (text: string) => string

/** The normaliser of a model file. Throws ERR_DATA naming `who` for damaged rules. */
export function sentencePieceNormaliser(file: SentencePieceFile, who: string): Normaliser {
  const charsmap = file.charsmap.length > 0 ? new Charsmap(file.charsmap, who) : undefined
  const untouched = new PieceIndex(file.pieces.flatMap(({ text, kind }, id) => (kind === 'user' ? [[text, id] as const] : [])))
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

  return (given) => {
    checkLength(given.length, longest.text, who)
    const spaced = withSpaces(chunks(wellFormed(given)), file.removeExtraSpaces)
    if (given === '' || (spaced === '' && file.removeExtraSpaces)) return ''
    const whole = file.addDummyPrefix ? ` ${spaced}` : spaced
    return file.escapeSpaces ? whole.replaceAll(' ', SPACE) : whole
  }

  // A text rule by rule: pieces that a user defined stay as they are, the longest rule comes next, else a code point is copied.
  function* chunks(text: string): Generator<string> {
    const bytes = encoder.encode(text)
    for (let at = 0, place = 0; at < text.length; ) {
      let end = at
      untouched.each(text, at, (to) => {
        end = to
      })
      const rule = end > at ? undefined : charsmap?.find(bytes, place, 'longest')
      if (rule) {
        yield decoder.decode(rule.bytes)
        place += rule.length
        at += unitsIn(bytes, place - rule.length, place)
        continue
      }
      if (end === at) end += text.codePointAt(at)! > 0xffff ? 2 : 1
      const copied = text.slice(at, end)
      yield copied
      place += encoder.encode(copied).length
      at = end
    }
  }

  // Joins chunks. Where extra spaces go, a chunk loses those it begins with after a space, and at the end of all; U+2581 given as text is none.
  function withSpaces(parts: Iterable<string>, collapse: boolean): string {
    let joined = ''
    let afterSpace = collapse
    for (const part of parts) {
      const kept = afterSpace ? part.replace(/^ +/, '') : part
      joined += kept
      checkLength(joined.length, longest.normalised, who)
      if (kept !== '') afterSpace = collapse && kept.endsWith(' ')
    }
    return collapse ? withoutEnd(joined, file.escapeSpaces ? [' ', SPACE] : [' ']) : joined
  }
}

/** How many UTF-16 units a stretch of UTF-8 is. */
function unitsIn(bytes: Uint8Array, from: number, to: number): number {
  let units = 0
  for (let i = from; i < to; i++) {
    // What goes on a letter counts nothing; a letter of four bytes is two units.
    if ((bytes[i]! & 0xc0) !== 0x80) units += bytes[i]! >= 0xf0 ? 2 : 1
  }
  return units
}

function withoutEnd(text: string, endings: readonly string[]): string {
  let length = text.length
  while (endings.includes(text[length - 1]!)) length--
  return text.slice(0, length)
}
