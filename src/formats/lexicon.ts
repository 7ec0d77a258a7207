// Reads the index of a sign lexicon: a folder of `.pose` files and an `index.csv` that tells which word each of them signs.

import { join } from 'node:path'
import { SignError } from '../base/errors.js'
import { linesOfText, readText } from '../base/text_file.js'

/** The columns every index must have. */
const columns = ['path', 'spoken_language', 'signed_language', 'start', 'end', 'words', 'glosses', 'priority'] as const

export interface LexiconEntry {
  /** The `.pose` file, with the lexicon's folder before it. */
  readonly path: string
  /** ISO 639-1, e.g. `en`. */
  readonly spokenLanguage: string
  /** ISO 639-3, e.g. `ase`. */
  readonly signedLanguage: string
  /** Where the sign lies in the original video, in milliseconds. The published files are cut already, so this is for reference only; 0 to 0 is the whole. */
  readonly startMs: number
  readonly endMs: number
  readonly words: string
  readonly glosses: string
  /** Among entries of the same word the lowest comes first. */
  readonly priority: number
  /** 1-based line in `index.csv`. */
  readonly line: number
}

/** The tags that models use for the lexicons' language codes. A code without a tag is its own tag. */
const tags: Readonly<Record<string, string>> = {
  ase: 'ASL',
  gsg: 'GSL',
  sgg: 'DSGS',
  tsm: 'TSL',
  ise: 'LIS',
  ssp: 'LSE',
  psr: 'LGP',
  swl: 'STS',
  fsl: 'LSF',
}

/** `ASL` for `ase`. */
export function languageTag(code: string): string {
  return tags[code] ?? code.toUpperCase()
}

/** `ase` for `ase` or `ASL`. */
export function languageCode(codeOrTag: string): string {
  return Object.keys(tags).find((code) => tags[code] === codeOrTag.toUpperCase()) ?? codeOrTag.toLowerCase()
}

/** Reads `<folder>/index.csv`. Throws ERR_DATA naming `index.csv:line` for a missing column, a short line, or a number that is none. */
export async function readLexicon(folder: string): Promise<LexiconEntry[]> {
  const path = join(folder, 'index.csv')
  const lines = linesOfText(await readText(path, { wanted: "a lexicon's index", nextMove: 'Give the folder that holds index.csv' }))
  const header = fieldsOf(lines[0] ?? '')
  const missing = columns.filter((column) => !header.includes(column))
  if (missing.length > 0) {
    throw new SignError(
      'ERR_DATA',
      `${path}:1`,
      `wanted the columns ${columns.join(', ')}, got none of name ${missing.join(', ')}`,
      'Check the header line',
    )
  }
  const entries: LexiconEntry[] = []
  for (const [index, row] of lines.entries()) {
    if (index === 0 || row === '') continue
    entries.push(entryOf(row, header, folder, `${path}:${index + 1}`, index + 1))
  }
  if (entries.length === 0)
    throw new SignError('ERR_DATA', path, 'wanted at least one entry, got a header only', 'Give a lexicon with signs in it')
  return entries
}

function entryOf(row: string, header: readonly string[], folder: string, who: string, line: number): LexiconEntry {
  const fields = fieldsOf(row)
  if (fields.length !== header.length) {
    throw new SignError('ERR_DATA', who, `wanted ${header.length} fields, got ${fields.length}`, 'Check the commas and quotes of that line')
  }
  const field = (column: (typeof columns)[number]): string => fields[header.indexOf(column)]!
  const number = (column: (typeof columns)[number]): number => {
    const value = Number(field(column))
    if (field(column).trim() !== '' && Number.isFinite(value)) return value
    throw new SignError('ERR_DATA', who, `wanted a number as ${column}, got '${field(column)}'`, 'Check that line')
  }
  return {
    path: join(folder, field('path')),
    spokenLanguage: field('spoken_language'),
    signedLanguage: field('signed_language'),
    startMs: number('start'),
    endMs: number('end'),
    words: field('words'),
    glosses: field('glosses'),
    priority: number('priority'),
    line,
  }
}

/** The fields of one CSV line; a quoted field may hold commas and doubled quotes, but no line break. */
function fieldsOf(row: string): string[] {
  return Array.from(row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!)
}
