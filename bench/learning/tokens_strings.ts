// Motion tokens as words of a text file: what a text-to-gloss model learns to write, and how what it wrote is read.

import { glossWord } from '../../src/text/lang_gloss.js'
import { type Codes, streams, type TokenBook } from './tokens_book.js'

/** Whether a stream is written: one that never moves has one code, and nothing to tell. */
const isWritten = (book: TokenBook, s: number): boolean => codesOf(book, s) > 1

const codesOf = ({ codes }: TokenBook, s: number): number => codes[s]!.values.length / codes[s]!.width

/** `B12 R7 B3 R7 …`: of each window the tokens of its streams. */
export function writeTokens(book: TokenBook, codes: Codes): string {
  return Array.from(codes[0]!, (_, w) =>
    streams.flatMap(({ mark }, s) => (isWritten(book, s) ? [`${mark}${codes[s]![w]}`] : [])).join(' '),
  ).join(' ')
}

export interface ReadTokens {
  readonly codes: Codes
  /** Windows that lacked a stream's token: their stream goes on as it was. */
  readonly incomplete: number
}

/**
 * The codes of tokens, as a vocabulary has them or without their language. A window ends where the next token's stream is not after the one before; what is no token
 * of the book is passed over. No window at all is read as one of the streams' first codes: a motion has a frame.
 */
export function readTokens(book: TokenBook, tokens: readonly string[]): ReadTokens {
  const windows: (number | undefined)[][] = []
  let last: number = streams.length
  for (const token of tokens) {
    const [, mark, code] = /^([A-Z])(\d+)$/.exec(glossWord(token)) ?? []
    const s = streams.findIndex((stream) => stream.mark === mark)
    if (s < 0 || !isWritten(book, s) || Number(code) >= codesOf(book, s)) continue
    if (s <= last) windows.push(new Array<undefined>(streams.length))
    windows.at(-1)![s] = Number(code)
    last = s
  }
  if (windows.length === 0) windows.push(new Array<undefined>(streams.length))
  const isIncomplete = (window: readonly (number | undefined)[]) => streams.some((_, s) => isWritten(book, s) && window[s] === undefined)
  const codes = streams.map((_, s) => {
    const first = windows.find((window) => window[s] !== undefined)?.[s] ?? 0
    let held = first
    return Uint32Array.from(windows, (window) => {
      held = window[s] ?? held
      return held
    })
  })
  return { codes, incomplete: windows.filter(isIncomplete).length }
}
