// A vocabulary as a text file.

import { linesOfText, readText } from '../base/text_file.js'
import type { TokenPolicy } from './tokenise.js'
import { Vocabulary } from './vocabulary.js'

/** A vocabulary file, one word a line in id order. Throws ERR_DATA naming it. */
export async function readVocabulary(path: string, tokens: TokenPolicy): Promise<Vocabulary> {
  return Vocabulary.fromLines(linesOfText(await readText(path, { wanted: 'a vocabulary' })), tokens, path)
}
