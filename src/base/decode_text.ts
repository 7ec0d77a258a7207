// Text that a user gives: UTF-8 or a refusal with the line. Decoded leniently, a file in another encoding would lose its letters without a word.

import { type ErrorCode, SignError } from './errors.js'

/** The text in `bytes`, a mark at their beginning dropped. Throws `code` naming `who:line` for what is not UTF-8. */
export function decodeText(bytes: Uint8Array, who: string, code: ErrorCode = 'ERR_DATA'): string {
  const wide = wideEncoding(bytes)
  if (wide) throw new SignError(code, `${who}:1`, `wanted text in UTF-8, got ${wide} by the mark at its beginning`, 'Save it as UTF-8')
  const zero = bytes.indexOf(0)
  if (zero >= 0) {
    const problem = 'wanted text in UTF-8, got a zero byte: this is UTF-16, or no text at all'
    throw new SignError(code, `${who}:${lineAt(bytes, zero)}`, problem, 'Save it as UTF-8')
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const at = firstBadByte(bytes)
    const problem = `wanted text in UTF-8, got the byte 0x${bytes[at]!.toString(16)}${lettersBefore(bytes, at)}`
    const nextMove = 'Save it as UTF-8; files of older programs are often in Windows-1252 or Latin-1'
    throw new SignError(code, `${who}:${lineAt(bytes, at)}`, problem, nextMove, { cause })
  }
}

/** An encoding of two or four bytes a letter that says so itself. */
function wideEncoding([a, b, c, d]: Uint8Array): string | undefined {
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) return 'UTF-32'
  return (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) ? 'UTF-16' : undefined
}

/** Where decoding and encoding again first gives something else; the last byte where only the end is missing. */
function firstBadByte(bytes: Uint8Array): number {
  const again = new TextEncoder().encode(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
  const at = bytes.findIndex((byte, i) => byte !== again[i])
  return at < 0 ? bytes.length - 1 : at
}

function lineAt(bytes: Uint8Array, at: number): number {
  let line = 1
  for (let i = 0; i < at; i++) if (bytes[i] === 10 || (bytes[i] === 13 && bytes[i + 1] !== 10)) line++
  return line
}

/** The few plain letters before the culprit, to find it by. */
function lettersBefore(bytes: Uint8Array, at: number): string {
  let from = at
  while (from > 0 && at - from < 12 && bytes[from - 1]! >= 0x20 && bytes[from - 1]! < 0x7f) from--
  return from === at ? '' : ` after '${String.fromCharCode(...bytes.subarray(from, at))}'`
}
