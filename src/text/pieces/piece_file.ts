// A tokenizer from its file.

import { readBytes } from '../../base/text_file.js'
import { type PieceOptions, PieceVocabulary } from './piece_vocabulary.js'

/** Reads a `tokenizer.json` or SentencePiece `.model`. Throws ERR_DATA naming it for one that cannot be read or used, ERR_CONFIG for options that do not go with it. */
export async function readPieces(path: string, options: PieceOptions = {}): Promise<PieceVocabulary> {
  const bytes = await readBytes(path, { wanted: 'a tokenizer file', nextMove: 'Check the path' })
  return PieceVocabulary.ofFile(bytes, path, options)
}
