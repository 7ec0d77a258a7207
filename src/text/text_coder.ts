// Text as ids of a model, and back: by words (vocabulary.ts) or by pieces of words (pieces/).

import { SignError } from '../base/errors.js'

/** Ids that mean something of themselves. */
export interface SpecialIds {
  readonly unknown: number
  readonly padding: number
  /** What a decoder is given before the first token. */
  readonly start: number
  /** What it writes after the last. */
  readonly end: number
}

/** Text to ids and back. Never changes. */
export interface TextCoder {
  /** How many ids there are: the rows of an embedding table. */
  readonly size: number
  readonly special: SpecialIds
  /** The words or pieces of a text. */
  tokensOf(text: string): string[]
  /** The ids of a text's tokens and what ends it: what a decoder is to write. It is given the same ids, `special.start` before them and the last left out. */
  encode(text: string): Uint32Array
  /** The text of ids, without special ones. */
  decode(ids: Iterable<number>): string
  /** Share of the sentences' tokens that are unknown, 0 to 1. */
  unknownShare(sentences: Iterable<string>): number
  /** JSON to save it by. */
  toJSON(): unknown
}

/** Rows by which tables are larger than their tokenizer for the sake of round sizes. */
const MOST_SPARE_ROWS = 128

/**
 * Throws ERR_CONFIG where ids have no row in an embedding table, or where it has so many rows without an id that it belongs to another tokenizer.
 *
 * @param who the tokenizer's name
 * @param rows of the table
 */
export function checkFitsTable({ size }: Pick<TextCoder, 'size'>, rows: number, who: string): void {
  if (rows >= size && rows - size < MOST_SPARE_ROWS) return
  const problem = `wanted an embedding table of ${size} rows, a row for each id, got one of ${rows}`
  throw new SignError('ERR_CONFIG', who, problem, 'Take the tokenizer file that came with these weights')
}
