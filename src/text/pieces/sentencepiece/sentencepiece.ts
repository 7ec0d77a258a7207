// Text to pieces and back as the SentencePiece library does it with a unigram model.

import { byteOf, bytePieces } from '../byte_pieces.js'
import { PieceIndex } from '../piece_index.js'
import { bestCut, UNKNOWN_PENALTY, type UnigramRules } from '../unigram.js'
import { type Piece, SPACE, type WordPieces } from '../word_pieces.js'
import { parseSentencePiece, type ScoredPiece, type SentencePieceFile } from './file.js'
import { type Normaliser, sentencePieceNormaliser } from './normaliser.js'

/** What a user's own piece scores, whatever the file says. */
const USER_SCORE = -0.1

/** The pieces of a `.model` file, ids as the library counts them. */
export class SentencePieces implements WordPieces {
  readonly unknownId: number
  /** Ids of the tokens that begin, end and pad a text; undefined where the file has none. */
  readonly controls: Readonly<Record<'start' | 'end' | 'padding', number | undefined>>
  /** The text that is cut: normalised, `▁` for spaces. */
  readonly normalise: Normaliser
  readonly #file: SentencePieceFile
  readonly #ids: ReadonlyMap<string, number>
  readonly #rules: UnigramRules

  /** @throws ERR_DATA naming `who` for a damaged file and for one of a kind that is not read */
  constructor(bytes: Uint8Array, who: string) {
    this.#file = parseSentencePiece(bytes, who)
    const { pieces } = this.#file
    this.normalise = sentencePieceNormaliser(this.#file, who)
    this.#ids = new Map(pieces.map(({ text }, id) => [text, id]))
    this.unknownId = pieces.findIndex(({ kind }) => kind === 'unknown')
    const control = (id: number) => (pieces[id]?.kind === 'control' ? id : undefined)
    const { start, end, padding } = this.#file.ids
    this.controls = { start: control(start), end: control(end), padding: control(padding) }
    this.#rules = rulesOf(pieces, this.unknownId)
  }

  get size(): number {
    return this.#file.pieces.length
  }

  pieceOf(id: number): string | undefined {
    return this.#file.pieces[id]?.text
  }

  cut(text: string): Piece[] {
    const normalised = this.normalise(text)
    const pieces: Piece[] = []
    let unknown = ''
    const endUnknown = () => {
      if (unknown) pieces.push({ id: this.unknownId, text: unknown })
      unknown = ''
    }
    for (const { from, to, id } of bestCut(normalised, this.#rules)) {
      const letters = normalised.slice(from, to)
      if (id !== this.unknownId) {
        endUnknown()
        pieces.push({ id, text: letters })
      } else if (this.#file.byteFallback) pieces.push(...bytePieces(letters).map((piece) => ({ id: this.#ids.get(piece)!, text: piece })))
      else unknown += letters
    }
    endUnknown()
    return pieces
  }

  decode(ids: Iterable<number>): string {
    const { addDummyPrefix, removeExtraSpaces } = this.#file
    let text = ''
    let bytes: number[] = []
    let atBeginning = addDummyPrefix || removeExtraSpaces
    const endBytes = () => {
      // In runs of bytes that are no letters, each is one sign for what could not be read.
      text += decodeBytes(bytes)
      bytes = []
    }
    for (const id of ids) {
      const piece = this.#file.pieces[id]
      if (!piece) continue
      if (piece.kind === 'byte') {
        bytes.push(byteOf(piece.text)!)
        continue
      }
      endBytes()
      if (text !== '') atBeginning = false
      const stripped = atBeginning && piece.kind !== 'control' && piece.text.startsWith(SPACE)
      text += this.#surfaceOf(stripped ? { ...piece, text: piece.text.slice(SPACE.length) } : piece)
      // One space belongs to the beginning, unless all spaces there are extra ones.
      if (stripped && !removeExtraSpaces) atBeginning = false
    }
    endBytes()
    return text
  }

  #surfaceOf({ kind, text }: ScoredPiece): string {
    if (kind === 'control') return ''
    return kind === 'unknown' ? this.#file.unknownSurface : text.replaceAll(SPACE, ' ')
  }
}

function rulesOf(pieces: readonly ScoredPiece[], unknownId: number): UnigramRules {
  const inText = (kind: string) => kind === 'normal' || kind === 'user' || kind === 'unused'
  const index = new PieceIndex(pieces.flatMap(({ text, kind }, id) => (inText(kind) ? [[text, id] as const] : [])))
  let least = Number.POSITIVE_INFINITY
  for (const { kind, score } of pieces) if (kind === 'normal') least = Math.min(least, score)
  const scoreOf = (id: number) => {
    const { kind, score } = pieces[id]!
    return kind === 'unused' ? undefined : kind === 'user' ? USER_SCORE : score
  }
  return { index, scoreOf, unknownId, unknownScore: Math.fround(least - UNKNOWN_PENALTY), sums: 'float32' }
}

/** Bytes as UTF-8; each byte that is none becomes a sign of its own for what could not be read. */
function decodeBytes(bytes: readonly number[]): string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  for (let at = 0, length: number; at < bytes.length; at += length) {
    length = bytes[at]! < 0x80 ? 1 : bytes[at]! >= 0xf0 ? 4 : bytes[at]! >= 0xe0 ? 3 : 2
    try {
      text += strict.decode(Uint8Array.from(bytes.slice(at, at + length)))
    } catch {
      text += '\ufffd'
      length = 1
    }
  }
  return text
}
