// Text to pieces and back as Hugging Face's tokenizers library does it with a `tokenizer.json` of a unigram model.

import * as z from 'zod'
import { bytePieces } from '../byte_pieces.js'
import { PieceIndex } from '../piece_index.js'
import { bestCut, UNKNOWN_PENALTY, type UnigramRules } from '../unigram.js'
import { checkLength, longest, type Piece, type WordPieces, wellFormed } from '../word_pieces.js'
import { AddedTokens, addedTokensOf } from './added_tokens.js'
import { type Decoder, decoderOf } from './decoder.js'
import { type Normaliser, normaliserOf } from './normaliser.js'
import { settingsOf, unsupported, wrong } from './part.js'
import { type PreTokeniser, preTokeniserOf } from './pre_tokeniser.js'
import { type Template, templateOf } from './template.js'

const fileShape = z.looseObject({ model: z.looseObject({ type: z.string().exactOptional() }) })
const modelShape = z.looseObject({
  unk_id: z.int().min(0).nullish(),
  vocab: z.array(z.unknown()).min(1),
  byte_fallback: z.boolean().default(false),
})

/** The pieces of a `tokenizer.json`. */
export class TokenizerJson implements WordPieces {
  readonly size: number
  readonly unknownId: number
  readonly template: Template
  /** The text of a stretch without added tokens, before it is cut into words. */
  readonly normalise: Normaliser
  readonly #who: string
  readonly #added: AddedTokens
  readonly #words: PreTokeniser
  readonly #decoder: Decoder
  readonly #rules: UnigramRules
  readonly #byteFallback: boolean
  readonly #pieces: readonly (readonly [string, number])[]
  readonly #pieceIds: ReadonlyMap<string, number>
  readonly #addedById = new Map<number, string>()
  readonly #addedIds = new Map<string, number>()
  readonly #special: ReadonlySet<number>

  /** @param text the file's @throws ERR_DATA naming `who` for what is no such file, and naming the part that is not supported */
  constructor(text: string, who: string) {
    const file = settingsOf(parsed(text, who), fileShape, who)
    if ((file.model.type ?? 'Unigram') !== 'Unigram') throw unsupported(`${who}: model`, 'type Unigram', `${file.model.type}`)
    for (const key of ['truncation', 'padding']) if ((file[key] ?? null) !== null) throw unsupported(who, `no ${key}`, `one`)
    const model = settingsOf(file.model, modelShape, `${who}: model`)
    const vocabulary = vocabularyOf(model.vocab, `${who}: model.vocab`)
    if (model.unk_id === null || model.unk_id === undefined || model.unk_id >= vocabulary.length)
      throw wrong(`${who}: model.unk_id`, `the id of <unk> among ${vocabulary.length} pieces`, `${model.unk_id ?? 'none'}`)
    this.#who = who
    this.unknownId = model.unk_id
    this.#byteFallback = model.byte_fallback
    this.#pieces = vocabulary
    this.#pieceIds = new Map(vocabulary.map(([piece], id) => [piece, id]))
    this.#rules = rulesOf(vocabulary, this.#pieceIds, this.unknownId)
    const added = addedTokensOf(file.added_tokens, `${who}: added_tokens`)
    for (const { id, content } of added) this.#add(id, content)
    this.size = added.reduce((size, { id }) => Math.max(size, id + 1), vocabulary.length)
    this.#special = new Set(added.filter(({ special }) => special).map(({ id }) => id))
    this.normalise = normaliserOf(file.normalizer, `${who}: normalizer`)
    this.#added = new AddedTokens(added, this.normalise)
    this.#words = preTokeniserOf(file.pre_tokenizer, `${who}: pre_tokenizer`)
    this.#decoder = decoderOf(file.decoder, `${who}: decoder`)
    this.template = templateOf(file.post_processor, `${who}: post_processor`)
    const outside = [...this.template.before, ...this.template.after].find((id) => id >= this.size)
    if (outside !== undefined) throw wrong(`${who}: post_processor`, `ids below ${this.size}`, `${outside}`)
  }

  pieceOf(id: number): string | undefined {
    return this.#addedById.get(id) ?? this.#pieces[id]?.[0]
  }

  idOf(piece: string): number | undefined {
    return this.#addedIds.get(piece) ?? this.#pieceIds.get(piece)
  }

  cut(text: string): Piece[] {
    checkLength(text.length, longest.text, this.#who)
    const pieces: Piece[] = []
    for (const stretch of this.#added.cut(wellFormed(text))) {
      if ('token' in stretch) pieces.push({ id: stretch.token.id, text: stretch.token.content })
      else for (const word of this.#words({ text: stretch.text, first: stretch.at === 0 })) this.#cutWord(word.text, pieces)
    }
    return pieces
  }

  decode(ids: Iterable<number>): string {
    const pieces = [...ids].flatMap((id) => (this.#special.has(id) ? [] : (this.pieceOf(id) ?? [])))
    return this.#decoder(pieces).join('')
  }

  /** Adds the pieces of a word to `pieces`; unknown ones side by side are one. */
  #cutWord(word: string, pieces: Piece[]): void {
    const cuts = bestCut(word, this.#rules)
    for (let i = 0; i < cuts.length; ) {
      const { from, id } = cuts[i++]!
      while (id === this.unknownId && cuts[i]?.id === this.unknownId) i++
      for (const piece of this.#named(word.slice(from, cuts[i]?.from ?? word.length))) pieces.push(piece)
    }
  }

  #named(letters: string): Piece[] {
    const known = this.#pieceIds.get(letters)
    if (known !== undefined) return [{ id: known, text: letters }]
    const bytes = this.#byteFallback ? bytePieces(letters).map((text) => ({ id: this.#pieceIds.get(text), text })) : []
    if (bytes.length > 0 && bytes.every((piece): piece is Piece => piece.id !== undefined)) return bytes
    return [{ id: this.unknownId, text: letters }]
  }

  /** An added token has the id of its piece, or one that no piece has. */
  #add(id: number, content: string): void {
    const known = this.#pieceIds.get(content)
    if (known === undefined ? id < this.#pieces.length : known !== id) {
      const got = `${id}, ${known === undefined ? `which is '${this.#pieces[id]![0]}'` : 'another one'}`
      throw wrong(`${this.#who}: added_tokens`, `'${content}' as ${known ?? `an id from ${this.#pieces.length} on`}`, got)
    }
    this.#addedById.set(id, content)
    this.#addedIds.set(content, id)
  }
}

function parsed(text: string, who: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw wrong(who, 'JSON', (cause as Error).message)
  }
}

/** The pieces and their log probabilities, by id. */
function vocabularyOf(rows: readonly unknown[], who: string): [string, number][] {
  return rows.map((row, id) => {
    const [piece, score] = Array.isArray(row) ? row : []
    if (typeof piece !== 'string' || typeof score !== 'number' || piece !== wellFormed(piece))
      throw wrong(`${who}.${id}`, 'a piece and its score', 'something else')
    return [piece, score]
  })
}

function rulesOf(vocabulary: readonly (readonly [string, number])[], ids: ReadonlyMap<string, number>, unknownId: number): UnigramRules {
  let least = Number.POSITIVE_INFINITY
  for (const [, score] of vocabulary) least = Math.min(least, score)
  // A piece that comes twice is the later one.
  const index = new PieceIndex([...ids].filter(([piece]) => piece !== ''))
  return { index, scoreOf: (id) => vocabulary[id]![1], unknownId, unknownScore: least - UNKNOWN_PENALTY, sums: 'float64' }
}
