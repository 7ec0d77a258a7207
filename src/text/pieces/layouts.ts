// How models number the pieces of a SentencePiece file. Those made with fairseq put four special tokens of their own before the pieces, and others after.

import { SignError } from '../../base/errors.js'
import type { SpecialIds } from '../text_coder.js'
import type { SentencePieces } from './sentencepiece/sentencepiece.js'
import type { Piece, WordPieces } from './word_pieces.js'

export const layouts = ['sentencepiece', 'xglm', 'mbart'] as const
/** Whose ids: the file's own, XGLM's, or mBART's. */
export type PieceLayout = (typeof layouts)[number]

/** Pieces as a model numbers them, and what stands around a text. */
export interface LaidOut {
  readonly pieces: WordPieces
  readonly special: SpecialIds
  /** What a library gives before and after the ids of a text. */
  readonly around: { readonly before: readonly number[]; readonly after: readonly number[] }
}

/** Languages of mBART, in the order of their ids. */
export const mbartLanguages = [
  ...['ar_AR', 'cs_CZ', 'de_DE', 'en_XX', 'es_XX', 'et_EE', 'fi_FI', 'fr_XX', 'gu_IN', 'hi_IN', 'it_IT', 'ja_XX', 'kk_KZ'],
  ...['ko_KR', 'lt_LT', 'lv_LV', 'my_MM', 'ne_NP', 'nl_XX', 'ro_RO', 'ru_RU', 'si_LK', 'tr_TR', 'vi_VN', 'zh_CN'],
] as const

const first = ['<s>', '<pad>', '</s>', '<unk>'] as const
const fairseq = { padding: 1, end: 2, unknown: 3 } as const

/**
 * The pieces of a file in a layout.
 *
 * @param language of the text, one of {@link mbartLanguages}; of mBART only
 * @throws ERR_CONFIG naming `who` for mBART without a language or with one it does not have; ERR_DATA for a file without a token that ends a text
 */
export function laidOut(pieces: SentencePieces, layout: PieceLayout, language: string | undefined, who: string): LaidOut {
  if (layout === 'sentencepiece') return asInFile(pieces, who)
  if (layout === 'xglm') {
    const madeUp = Array.from({ length: 7 }, (_, i) => `<madeupword${i}>`)
    const special = { ...fairseq, start: fairseq.end }
    return { pieces: new FairseqPieces(pieces, madeUp), special, around: { before: [special.start], after: [] } }
  }
  const place = (mbartLanguages as readonly string[]).indexOf(language ?? '')
  if (place < 0) {
    const problem = `wanted a language of mBART, ${mbartLanguages.join(', ')}, got ${language ?? 'none'}`
    throw new SignError('ERR_CONFIG', who, problem, 'Name one of them')
  }
  const start = pieces.size + 1 + place
  return {
    pieces: new FairseqPieces(pieces, [...mbartLanguages, '<mask>']),
    special: { ...fairseq, start },
    around: { before: [], after: [fairseq.end, start] },
  }
}

/** A file that has no padding gets an id for it after its pieces. */
function asInFile(pieces: SentencePieces, who: string): LaidOut {
  const { unknownId: unknown, controls } = pieces
  if (controls.end === undefined) {
    const nextMove = 'Train the model with an end token, or take the layout of the model it is for'
    throw new SignError('ERR_DATA', who, 'wanted a token that ends a text (eos), got none', nextMove)
  }
  const padding = controls.padding ?? pieces.size
  const special = { unknown, padding, start: controls.start ?? controls.end, end: controls.end }
  return { pieces: padding < pieces.size ? pieces : new Padded(pieces), special, around: { before: [], after: [] } }
}

/** Pieces of a file, and one id more, for padding. */
class Padded implements WordPieces {
  readonly #pieces: SentencePieces

  constructor(pieces: SentencePieces) {
    this.#pieces = pieces
  }

  get size(): number {
    return this.#pieces.size + 1
  }

  pieceOf(id: number): string | undefined {
    return id === this.#pieces.size ? '<pad>' : this.#pieces.pieceOf(id)
  }

  cut(text: string): Piece[] {
    return this.#pieces.cut(text)
  }

  decode(ids: Iterable<number>): string {
    return this.#pieces.decode(ids)
  }
}

/** Four special tokens, then the file's pieces from its fourth on (id + 1), then others. */
class FairseqPieces implements WordPieces {
  readonly #pieces: SentencePieces
  readonly #last: readonly string[]

  constructor(pieces: SentencePieces, last: readonly string[]) {
    this.#pieces = pieces
    this.#last = last
  }

  get size(): number {
    return this.#pieces.size + 1 + this.#last.length
  }

  pieceOf(id: number): string | undefined {
    return first[id] ?? (id <= this.#pieces.size ? this.#pieces.pieceOf(id - 1) : this.#last[id - this.#pieces.size - 1])
  }

  cut(text: string): Piece[] {
    return this.#pieces
      .cut(text)
      .map(({ id, text: letters }) => ({ id: id === this.#pieces.unknownId ? fairseq.unknown : id + 1, text: letters }))
  }

  /** Special tokens, unknown ones too, are left out. */
  decode(ids: Iterable<number>): string {
    const own = [...ids].filter((id) => id >= first.length && id <= this.#pieces.size)
    return this.#pieces.decode(own.map((id) => id - 1))
  }
}
