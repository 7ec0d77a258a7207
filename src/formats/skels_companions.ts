// The text files that lie beside a `.skels` file, line for line: `.text`, `.gloss`, `.files`, and our `.lang`.

import { readFile } from 'node:fs/promises'
import { SignError } from '../base/errors.js'

/** The lines of a companion file without trailing space, or undefined where there is no such file. Throws ERR_DATA where it cannot be read. */
export async function readCompanion(path: string): Promise<string[] | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SignError('ERR_DATA', path, `wanted a readable file, got ${(cause as Error).message}`, 'Check its permissions', { cause })
  }
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.trim())
}

/** Throws ERR_DATA naming both files with both counts unless they are line for line. */
export function checkAligned(skelsPath: string, sequences: number, companionPath: string, lines: number): void {
  if (sequences === lines) return
  const problem = `wanted as many lines as ${skelsPath} has (${sequences}), got ${lines}`
  throw new SignError('ERR_DATA', companionPath, problem, 'Write both files anew from one list, so that line n of each is the same clip')
}
