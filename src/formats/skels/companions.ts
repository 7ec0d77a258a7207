// The text files that lie beside a `.skels` file, line for line: `.text`, `.gloss`, `.files`, and our `.lang`.

import { SignError } from '../../base/errors.js'
import { linesOfText, readTextIfThere } from '../../base/text_file.js'

/** The lines of a companion file without trailing space, or undefined where there is no such file. Throws ERR_DATA where it cannot be read, and naming the line of what is not UTF-8. */
export async function readCompanion(path: string): Promise<string[] | undefined> {
  const text = await readTextIfThere(path, { nextMove: 'Check its permissions' })
  return text === undefined ? undefined : linesOfText(text).map((line) => line.trim())
}

/** Throws ERR_DATA naming both files with both counts, and the line at which one ends first, unless they are line for line. */
export function checkAligned(skelsPath: string, wanted: number, companionPath: string, lines: readonly string[]): void {
  if (lines.length === wanted) return
  const blank = lines.length > wanted && lines.slice(wanted).every((line) => line === '')
  const problem = `wanted as many lines as ${skelsPath} has (${wanted}), got ${lines.length}${blank ? ', the last of them blank' : ''}`
  const nextMove = blank
    ? 'Delete the blank lines at its end'
    : 'Write both files anew from one list, so that line n of each is the same clip'
  throw new SignError('ERR_DATA', `${companionPath}:${Math.max(1, Math.min(lines.length, wanted + 1))}`, problem, nextMove)
}

/** Throws ERR_DATA naming `path:line` for a name that is on a line before, see {@link twinLines}. */
export function checkNamesDiffer(path: string, names: readonly string[]): void {
  for (const { line, problem } of twinLines(names))
    throw new SignError('ERR_DATA', `${path}:${line}`, problem, 'Give each clip its own name, or delete the line in all files')
}

/**
 * The lines, from 1 on, with a name that is on a line before, and that as `wanted …, got …`. Blank lines name nothing, and how accents are put together makes no
 * difference.
 */
export function* twinLines(names: readonly string[]): Generator<{ line: number; problem: string }> {
  const lineOf = new Map<string, number>()
  for (const [i, name] of names.entries()) {
    const key = name.normalize('NFC')
    const twin = lineOf.get(key)
    if (twin !== undefined) yield { line: i + 1, problem: `wanted names that differ, got '${name}' as on line ${twin}` }
    else if (name !== '') lineOf.set(key, i + 1)
  }
}
