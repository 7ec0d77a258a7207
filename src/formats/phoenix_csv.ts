// The annotation files of RWTH-PHOENIX-2014T and of those who hand it on: columns with `|` between, a heading, one sentence a line.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { linesOfText, readText } from '../base/text_file.js'
import { checkNamesDiffer } from './skels/companions.js'

export interface AnnotatedSentence {
  readonly name: string
  readonly text: string
  readonly gloss: string
}

/** What the columns are called by the corpus' authors, then by others. */
const headings = { name: ['name', 'id'], gloss: ['orth', 'annotation', 'gloss'], text: ['translation', 'text'] } as const

/** Reads such a file. Throws ERR_DATA with `path:line` for a missing column, a line of another number of columns, one without a text or gloss, and a name that comes again. */
export async function readPhoenixCsv(path: string): Promise<AnnotatedSentence[]> {
  const [heading = '', ...lines] = linesOfText(await readText(path))
  const columns = heading.split('|').map((column) => column.trim())
  const at = { name: column('name'), gloss: column('gloss'), text: column('text') }
  const rows = lines.map((line) => line.split('|').map((cell) => cell.trim()))
  const sentences = rows.flatMap((cells, i) => {
    if (lines[i] === '') return []
    const who = `${path}:${i + 2}`
    if (cells.length !== columns.length)
      throw new SignError(
        'ERR_DATA',
        who,
        `wanted ${counted(columns.length, 'column')} as in the heading, got ${cells.length}`,
        'Correct the line',
      )
    const sentence = { name: cells[at.name]!, text: cells[at.text]!, gloss: cells[at.gloss]! }
    if (!sentence.text || !sentence.gloss)
      throw new SignError('ERR_DATA', who, `wanted a text and a gloss, got none of one`, 'Complete or remove the line')
    return [sentence]
  })
  // The heading is line 1.
  checkNamesDiffer(path, ['', ...rows.map((cells) => cells[at.name] ?? '')])
  return sentences

  function column(key: keyof typeof headings): number {
    const index = columns.findIndex((name) => (headings[key] as readonly string[]).includes(name))
    if (index >= 0) return index
    const problem = `wanted a column ${headings[key].join(' or ')}, got ${columns.join(', ')}`
    throw new SignError('ERR_DATA', `${path}:1`, problem, 'Give the file a heading with | between the columns')
  }
}
