// Text that a user gives: UTF-8 or a refusal with the line. Decoded leniently, a file in another encoding would lose its letters without a word.

import { readFile } from 'node:fs/promises'
import { type ErrorCode, SignError } from './errors.js'

export interface TextFileOptions {
  /** What to throw with. Default ERR_DATA. */
  readonly code?: ErrorCode
  /** What the file should have been, for a message where it cannot be read. Default 'a readable file'. */
  readonly wanted?: string
  readonly nextMove?: string
}

/** A file's text without its byte-order mark. Throws `code` naming `path`, and the line of what is not UTF-8. */
export async function readText(path: string, options: TextFileOptions = {}): Promise<string> {
  return decodeText(await bytesOf(path, options), path, options.code)
}

/** As {@link readText}; undefined where there is no such file. */
export async function readTextIfThere(path: string, options: TextFileOptions = {}): Promise<string | undefined> {
  try {
    return await readText(path, options)
  } catch (error) {
    const cause = (error as Error).cause as NodeJS.ErrnoException | undefined
    if (cause?.code === 'ENOENT') return undefined
    throw error
  }
}

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

/** The lines of a text, whatever ends them (LF, CRLF, CR). A line end at the end starts no further line. */
export function linesOfText(text: string): string[] {
  const lines = text.split(/\r*\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
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

async function bytesOf(path: string, options: TextFileOptions): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code = 'ERR_DATA', wanted = 'a readable file', nextMove = 'Check the path' } = options
    throw new SignError(code, path, `wanted ${wanted}, got ${(cause as Error).message}`, nextMove, { cause })
  }
}
