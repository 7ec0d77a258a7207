// What every reader of a tokenizer file gives: text to pieces of words and back.

import { SignError } from '../../base/errors.js'

/** One piece of a text: its id, and the letters it stands for; `▁` is a space. */
export interface Piece {
  readonly id: number
  readonly text: string
}

/** Cuts text into pieces, and puts pieces together again, as the library whose file it was made from. Never changes. */
export interface WordPieces {
  /** How many ids there are. */
  readonly size: number
  /** The piece of an id; undefined where it has none. */
  pieceOf(id: number): string | undefined
  /** The text as it is cut, without tokens that a library adds around it. Throws ERR_DATA for a text that is too long. */
  cut(text: string): Piece[]
  /** The text of ids. Ids that have no piece are passed over. */
  decode(ids: Iterable<number>): string
}

/** The mark of a space within pieces. */
export const SPACE = '\u2581'

/** Longest text that is cut, in UTF-16 units, and longest that rules may make of it. */
export const longest = { text: 1_000_000, normalised: 16_000_000 } as const

/** Throws ERR_DATA for a text that is longer than `most`. */
export function checkLength(length: number, most: number, who: string): void {
  if (length <= most) return
  throw new SignError('ERR_DATA', who, `wanted a text of at most ${most} characters, got ${length}`, 'Cut it into sentences')
}

/** Half letters, which are no text, as the sign for a letter that could not be read. */
export const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')
