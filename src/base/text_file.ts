// Text files that a user gives.

import { readFile } from 'node:fs/promises'
import { decodeText } from './decode_text.js'
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
  return decodeText(await readBytes(path, options), path, options.code)
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

/** The lines of a text, whatever ends them (LF, CRLF, CR). A line end at the end starts no further line. */
export function linesOfText(text: string): string[] {
  const lines = text.split(/\r*\n|\r/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

/** A file's bytes. Throws `code` naming `path` where it cannot be read. */
export async function readBytes(path: string, options: TextFileOptions = {}): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code = 'ERR_DATA', wanted = 'a readable file', nextMove = 'Check the path' } = options
    throw new SignError(code, path, `wanted ${wanted}, got ${(cause as Error).message}`, nextMove, { cause })
  }
}
