// What a task reads or writes text by, as its run file has it.

import { readPieces } from '../text/pieces/piece_file.js'
import type { TextCoder } from '../text/text_coder.js'
import { Vocabulary } from '../text/vocabulary.js'
import type { TextTokens } from './config/text_tokens.js'

/**
 * The words of sentences, or the pieces of a tokenizer's file, whatever the sentences are.
 *
 * @param minCount of words; those seen less often are unknown
 * @throws ERR_DATA or ERR_CONFIG naming a tokenizer's file that cannot be used
 */
export async function textCoder(tokens: TextTokens, sentences: Iterable<string>, minCount = 1): Promise<TextCoder> {
  if (typeof tokens === 'string') return Vocabulary.build(sentences, tokens, { minCount })
  const { file, ...options } = tokens
  return readPieces(file, options)
}
