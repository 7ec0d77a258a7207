// Corpora of motion tokens as text files, for a text-to-gloss run file to name.

import { join } from 'node:path'
import { writeWhole } from '../../src/base/files.js'
import type { Clip } from '../../src/motion/clip.js'
import { encode, type TokenBook } from './tokens_book.js'
import { writeTokens } from './tokens_strings.js'

/** Writes `<out>/<split>.text`, `.gloss` and `.files`: what is spelled, its tokens, and its name, a clip a line. */
export async function writeTokenCorpus(out: string, splits: Readonly<Record<string, readonly Clip[]>>, book: TokenBook): Promise<void> {
  for (const [split, clips] of Object.entries(splits)) {
    const save = (ending: string, lineOf: (clip: Clip) => string) =>
      writeWhole(join(out, `${split}.${ending}`), `${clips.map(lineOf).join('\n')}\n`)
    await save('text', ({ text }) => text)
    await save('gloss', (clip) => writeTokens(book, encode(book, clip)))
    await save('files', ({ name }) => name)
  }
}
