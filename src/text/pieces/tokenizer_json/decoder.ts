// The `decoder` of a `tokenizer.json`: pieces into text again.

import * as z from 'zod'
import { byteOf } from '../byte_pieces.js'
import { settingsOf, typeOf, unsupported } from './part.js'
import { metaspaceShape } from './pre_tokeniser.js'

/** Pieces to the parts of a text, which are joined. */
export type Decoder = (pieces: readonly string[]) => readonly string[]

const sequence = z.looseObject({ decoders: z.array(z.unknown()).max(100) })
const replace = z.looseObject({ pattern: z.strictObject({ String: z.string().min(1) }), content: z.string().max(100) })
const strip = z.looseObject({ content: z.string(), start: z.int().min(0), stop: z.int().min(0) })

/** The decoder that a part describes. Throws ERR_DATA naming `who` for a type that is not read. */
export function decoderOf(part: unknown, who: string, depth = 0): Decoder {
  // Without a decoder the library puts spaces between pieces.
  if (part === null || part === undefined) return (pieces) => [pieces.join(' ')]
  const type = typeOf(part, who)
  const here = `${who} (${type})`
  switch (type) {
    case 'Sequence': {
      if (depth > 10) throw unsupported(here, 'sequences within sequences, ten at most', 'more')
      const steps = settingsOf(part, sequence, here).decoders.map((step, i) => decoderOf(step, `${who}.${i}`, depth + 1))
      return (pieces) => steps.reduce((done, step) => step(done), pieces)
    }
    case 'Metaspace': {
      const { replacement, scheme } = settingsOf(part, metaspaceShape, here)
      // All marks of the first piece go, not one of them: so the library has it.
      return (pieces) => pieces.map((piece, i) => piece.replaceAll(replacement, i === 0 && scheme !== 'never' ? '' : ' '))
    }
    case 'Replace': {
      const { pattern, content } = settingsOf(part, replace, here)
      return (pieces) => pieces.map((piece) => piece.replaceAll(pattern.String, () => content))
    }
    case 'Strip': {
      const { content, start, stop } = settingsOf(part, strip, here)
      return (pieces) => pieces.map((piece) => strippedOf([...piece], content, start, stop))
    }
    case 'ByteFallback':
      return joinBytes
    case 'Fuse':
      return (pieces) => [pieces.join('')]
    default:
      throw unsupported(who, 'a decoder of type Metaspace, Replace, Strip, ByteFallback, Fuse, Sequence', type)
  }
}

function strippedOf(letters: readonly string[], content: string, start: number, stop: number): string {
  let from = 0
  let to = letters.length
  while (from < Math.min(start, letters.length) && letters[from] === content) from++
  while (to > from && letters.length - to < stop && letters[to - 1] === content) to--
  return letters.slice(from, to).join('')
}

/** Runs of bytes as the text they spell; as a sign for each byte where they spell none. */
function joinBytes(pieces: readonly string[]): string[] {
  const done: string[] = []
  let bytes: number[] = []
  const endBytes = () => {
    if (bytes.length > 0) done.push(spelled(bytes))
    bytes = []
  }
  for (const piece of pieces) {
    const byte = byteOf(piece)
    if (byte === undefined) {
      endBytes()
      done.push(piece)
    } else bytes.push(byte)
  }
  endBytes()
  return done
}

function spelled(bytes: readonly number[]): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    return '\ufffd'.repeat(bytes.length)
  }
}
