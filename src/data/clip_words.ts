// What was said in clips that carry no words of their own: `dev.files` with a name a line, `dev.text` and `dev.gloss` line for line beside it.

import { SignError } from '../base/errors.js'
import { checkAligned, checkNamesDiffer, readCompanion } from '../formats/skels/companions.js'

/** The words of one clip; a blank line is the empty string. */
export interface ClipWords {
  readonly text: string
  readonly gloss?: string
  /** Tag of the sign language, where the words' source tells it. */
  readonly language?: string
}

export interface ClipLineFiles {
  /** A file of clip names. They match whole names, and capitals count. */
  readonly names: string
  /** Files with a line for each name. At least one of them. */
  readonly text?: string | undefined
  readonly gloss?: string | undefined
}

/**
 * The words of each name, in the order of the file. Throws ERR_DATA naming the file, and the line where there is one, for a file that is not there, files of
 * different length, a blank name and a name twice; ERR_USAGE where neither text nor gloss is given.
 */
export async function readClipWords(files: ClipLineFiles): Promise<Map<string, ClipWords>> {
  const { names: path } = files
  if (files.text === undefined && files.gloss === undefined)
    throw new SignError('ERR_USAGE', path, 'wanted a file of texts or glosses beside the names, got none', 'Pass --text, --gloss or both')
  const names = await linesOf(path)
  checkNames(path, names)
  const beside = async (other: string | undefined): Promise<string[] | undefined> => {
    if (other === undefined) return undefined
    const lines = await linesOf(other)
    checkAligned(path, names.length, other, lines)
    return lines
  }
  const [text, gloss] = [await beside(files.text), await beside(files.gloss)]
  return new Map(names.map((name, i) => [name, { text: text?.[i] ?? gloss![i]!, ...(gloss ? { gloss: gloss[i]! } : {}) }]))
}

function checkNames(path: string, names: readonly string[]): void {
  const blank = names.indexOf('')
  if (blank >= 0)
    throw new SignError('ERR_DATA', `${path}:${blank + 1}`, 'wanted names that differ, got a blank line', 'Delete the line in all files')
  checkNamesDiffer(path, names)
}

async function linesOf(path: string): Promise<string[]> {
  const lines = await readCompanion(path)
  if (lines && lines.length > 0) return lines
  throw new SignError('ERR_DATA', path, `wanted a line for each clip, got ${lines ? 'an empty file' : 'no such file'}`, 'Check the path')
}
