// Items of sentences as a file: TSV, a sentence and then its items, a tab before each; or JSONL, {"text": "…", "items": ["…"]} a line. Such files may be
// made elsewhere, by any tagger.

import * as z from 'zod'
import { SignError } from '../../base/errors.js'
import { writeWhole } from '../../base/files.js'
import { linesOfText, readText } from '../../base/text_file.js'
import type { GlossedSentence } from '../../text/pseudo_gloss/classes.js'

const row = z.strictObject({ text: z.string(), items: z.array(z.string()) })

/** Whether a path is that of a JSONL file; all others are TSV. */
const isJsonl = (path: string): boolean => path.endsWith('.jsonl')

/**
 * The sentences of a file and their items, in its order.
 *
 * @throws ERR_DATA with `path:line` for a line that is no row, a blank sentence or item, and a sentence that comes again with other items
 */
export async function readItems(path: string): Promise<GlossedSentence[]> {
  const lines = linesOfText(await readText(path, { wanted: 'a file of items' }))
  const seen = new Map<string, { readonly items: string; readonly line: number }>()
  return lines.map((line, i) => {
    const who = `${path}:${i + 1}`
    const { text, items } = isJsonl(path) ? jsonRow(line, who) : tsvRow(line)
    if (text === '') throw wrong(who, 'a sentence and its items', 'no sentence')
    const blank = items.indexOf('')
    if (blank >= 0) throw wrong(who, 'items with letters', `an empty one at ${blank + 1}`)
    const before = seen.get(text)
    if (before && before.items !== items.join('\t')) throw wrong(who, `the items that line ${before.line} has for this sentence`, 'others')
    if (!before) seen.set(text, { items: items.join('\t'), line: i + 1 })
    return { text, items }
  })
}

/** Writes sentences and items, TSV or JSONL by the path's ending. Throws ERR_OUTPUT where it cannot, ERR_DATA for a tab or line break where TSV has none. */
export async function writeItems(path: string, sentences: readonly GlossedSentence[]): Promise<void> {
  const lines = sentences.map(({ text, items }, i) => {
    if (isJsonl(path)) return JSON.stringify({ text, items })
    if (/[\t\r\n]/.test([text, ...items].join(''))) throw wrong(`sentence ${i + 1}`, 'no tab or line break', `one in '${text}'`)
    return [text, ...items].join('\t')
  })
  await writeWhole(path, lines.map((line) => `${line}\n`).join(''))
}

/** The items of sentences out of a file, in the sentences' order. Throws ERR_DATA naming the file and the first sentence that it lacks. */
export function itemsOf(sentences: readonly string[], rows: readonly GlossedSentence[], path: string): GlossedSentence[] {
  const byText = new Map(rows.map((row) => [row.text, row]))
  return sentences.map((sentence) => {
    const row = byText.get(sentence.trim())
    if (row) return row
    throw new SignError(
      'ERR_DATA',
      path,
      `wanted items of every sentence, got none of '${sentence}'`,
      'Add that sentence, or make the file again from all splits',
    )
  })
}

function jsonRow(line: string, who: string): GlossedSentence {
  try {
    const { text, items } = row.parse(JSON.parse(line))
    return { text: text.trim(), items: items.map((item) => item.trim()) }
  } catch (cause) {
    throw wrong(who, 'a line such as {"text": "…", "items": ["…"]}', line === '' ? 'a blank line' : `'${line.slice(0, 60)}'`, cause)
  }
}

function tsvRow(line: string): GlossedSentence {
  const [text = '', ...items] = line.split('\t').map((cell) => cell.trim())
  return { text, items }
}

const wrong = (who: string, wanted: string, got: string, cause?: unknown): SignError =>
  new SignError('ERR_DATA', who, `wanted ${wanted}, got ${got}`, 'Correct the line', { cause })
