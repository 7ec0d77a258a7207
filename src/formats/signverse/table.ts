// What a table of videos tells of each: its sign language and its part of the split. With a heading, whose columns may come in any order and others beside them; without
// one, the two columns id and language.

import { linesOfText, readText } from '../../base/text_file.js'
import { parseCsv } from '../csv.js'
import { refuse } from '../json/shape.js'

export interface VideoFacts {
  /** By its code, of ISO 639-3 in most tables; undefined where nobody knows it. */
  readonly language: string | undefined
  readonly split: string | undefined
}

/** What stands for a language that nobody knows. */
const UNKNOWN = '???'

const headings = { id: 'video_id', language: 'sign_language', split: 'split' } as const

/** The videos of a table by their ids. Throws ERR_DATA naming the file, and the line of a row that is too short. */
export async function readVideoTable(path: string): Promise<Map<string, VideoFacts>> {
  const rows = parseCsv(linesOfText(await readText(path)).join('\n'), path).filter((row) => row.length > 1 || row[0] !== '')
  const heading = rows[0] ?? []
  const hasHeading = heading.includes(headings.id)
  const column = (name: keyof typeof headings): number => (hasHeading ? heading.indexOf(headings[name]) : ['id', 'language'].indexOf(name))
  const [id, language, split] = [column('id'), column('language'), column('split')]
  const known = (value: string | undefined): string | undefined =>
    value === undefined || value === '' || value === UNKNOWN ? undefined : value
  const own = hasHeading ? rows.slice(1) : rows
  return new Map(
    own.map((row, i) => {
      const name = row[id]
      if (!name || row.length <= Math.max(id, language))
        return refuse(
          path,
          `wanted a video's id and language in row ${i + (hasHeading ? 2 : 1)}, got ${row.length} columns`,
          'Correct the row',
        )
      return [name, { language: known(row[language]), split: known(row[split]) }]
    }),
  )
}

/** Which of the names in a folder may be such tables, those that tell most first. */
export function tablesAmong(names: readonly string[]): string[] {
  const tables = names.filter((name) => /metadata.*\.csv$/i.test(name))
  const rank = (name: string): number => ['split', 'processed'].findIndex((word) => name.toLowerCase().includes(word)) >>> 0
  return tables.toSorted((a, b) => rank(a) - rank(b))
}
