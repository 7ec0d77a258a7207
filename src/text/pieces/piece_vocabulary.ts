// A tokenizer file as what a model reads and writes text by. It carries the file, so that a saved model runs without it.

import * as z from 'zod'
import { decodeText } from '../../base/decode_text.js'
import { SignError } from '../../base/errors.js'
import type { SpecialIds, TextCoder } from '../text_coder.js'
import { type LaidOut, laidOut, layouts, type PieceLayout } from './layouts.js'
import { SentencePieces } from './sentencepiece/sentencepiece.js'
import { TokenizerJson } from './tokenizer_json/tokenizer_json.js'
import type { WordPieces } from './word_pieces.js'

const kinds = ['tokenizer.json', 'sentencepiece'] as const

const savedForm = z.strictObject({
  tokenizer: z.enum(kinds),
  layout: z.enum(layouts).exactOptional(),
  language: z.string().exactOptional(),
  /** In base64. */
  file: z.string(),
})

/** What `toJSON` gives. */
export type SavedPieces = z.infer<typeof savedForm>

export interface PieceOptions {
  /** Of a SentencePiece file: how its pieces are numbered. A `tokenizer.json` says so itself. Default `sentencepiece`. */
  readonly layout?: PieceLayout
  /** Of the layout `mbart`: the language that is written, such as `de_DE`. */
  readonly language?: string
}

/** Text by pieces of words, ids as the library of the file has them. Never changes. */
export class PieceVocabulary implements TextCoder {
  readonly special: SpecialIds
  readonly #pieces: WordPieces
  readonly #around: LaidOut['around']
  readonly #closing: readonly number[]
  readonly #saved: Omit<SavedPieces, 'file'>
  readonly #file: Uint8Array

  private constructor(kind: (typeof kinds)[number], file: Uint8Array, options: PieceOptions, who: string) {
    const { pieces, special, around } = kind === 'sentencepiece' ? fromModel(file, options, who) : fromJson(file, options, who)
    this.#pieces = pieces
    this.special = special
    this.#around = around
    // Where the library does not end a text, a decoder still has to.
    this.#closing = around.after.includes(special.end) ? around.after : [special.end]
    this.#saved = { tokenizer: kind, ...options }
    this.#file = file.slice()
  }

  /**
   * The pieces of a tokenizer file: a `tokenizer.json`, which begins with a brace, or a SentencePiece `.model`.
   *
   * @param who the file's name, for messages
   * @throws ERR_DATA for a damaged file, and naming the part that is not supported; ERR_CONFIG for a layout or language that does not go with it
   */
  static ofFile(file: Uint8Array, who: string, options: PieceOptions = {}): PieceVocabulary {
    return new PieceVocabulary(beginsAsJson(file) ? 'tokenizer.json' : 'sentencepiece', file, options, who)
  }

  /** Reads what `toJSON` wrote. Throws ERR_CHECKPOINT where it is something else; `who` names the file. */
  static fromJSON(saved: unknown, who: string): PieceVocabulary {
    const form = savedForm.safeParse(saved)
    if (!form.success) throw notSaved(who, z.prettifyError(form.error).replace(/\s+/g, ' '))
    const { tokenizer, file, ...options } = form.data
    try {
      return new PieceVocabulary(tokenizer, fromBase64(file), options, who)
    } catch (cause) {
      throw notSaved(who, (cause as Error).message, cause)
    }
  }

  get size(): number {
    return this.#pieces.size
  }

  tokensOf(text: string): string[] {
    return this.#pieces.cut(text).map((piece) => piece.text)
  }

  encode(text: string): Uint32Array {
    return Uint32Array.from([...this.idsOf(text), ...this.#closing])
  }

  /** The ids of a text's pieces, without special ones around. */
  idsOf(text: string): number[] {
    return this.#pieces.cut(text).map(({ id }) => id)
  }

  /** The ids of a text as the library gives them, special ones around it included. */
  encodeAsLibrary(text: string): Uint32Array {
    return Uint32Array.from([...this.#around.before, ...this.idsOf(text), ...this.#around.after])
  }

  decode(ids: Iterable<number>): string {
    return this.#pieces.decode(ids)
  }

  /** The piece of an id; undefined where it has none. */
  pieceOf(id: number): string | undefined {
    return this.#pieces.pieceOf(id)
  }

  unknownShare(sentences: Iterable<string>): number {
    let unknown = 0
    let all = 0
    for (const sentence of sentences)
      for (const id of this.idsOf(sentence)) {
        all++
        if (id === this.special.unknown) unknown++
      }
    return all === 0 ? 0 : unknown / all
  }

  toJSON(): SavedPieces {
    return { ...this.#saved, file: toBase64(this.#file) }
  }
}

function fromModel(file: Uint8Array, { layout = 'sentencepiece', language }: PieceOptions, who: string): LaidOut {
  if (language !== undefined && layout !== 'mbart') throw superfluous(who, 'no language', language, 'only layout: mbart has languages')
  return laidOut(new SentencePieces(file, who), layout, language, who)
}

function fromJson(file: Uint8Array, { layout, language }: PieceOptions, who: string): LaidOut {
  const named = layout ?? language
  if (named !== undefined) throw superfluous(who, 'no layout or language', named, 'a tokenizer.json numbers its pieces itself')
  const pieces = new TokenizerJson(decodeText(file, who), who)
  const idOf = (token: string): number => {
    const id = pieces.idOf(token)
    if (id !== undefined) return id
    throw new SignError('ERR_DATA', who, `wanted a token ${token}, got none`, 'Take a tokenizer of a model that writes text')
  }
  const { before, after } = pieces.template
  const [padding, end] = [idOf('<pad>'), idOf('</s>')]
  if (before.length > 1)
    throw new SignError('ERR_DATA', who, `wanted one token before a text at most, got ${before.length}`, 'This tokenizer is not supported')
  // A decoder begins with what the library puts first; of models that end with their language, with that.
  const start = before[0] ?? after.filter((id) => id !== end).at(-1) ?? pieces.idOf('<s>') ?? end
  return { pieces, special: { unknown: pieces.unknownId, padding, start, end }, around: pieces.template }
}

const superfluous = (who: string, wanted: string, got: string, reason: string): SignError =>
  new SignError('ERR_CONFIG', who, `wanted ${wanted}, got ${got}`, `Leave it out: ${reason}`)

const notSaved = (who: string, got: string, cause?: unknown): SignError =>
  new SignError('ERR_CHECKPOINT', who, `wanted a saved tokenizer, got ${got}`, 'Save the checkpoint again', { cause })

const beginsAsJson = (file: Uint8Array): boolean =>
  /^\uFEFF?\s*\{/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.subarray(0, 64)))

function toBase64(bytes: Uint8Array): string {
  // In slices: a call takes only so many arguments.
  const letters: string[] = []
  for (let at = 0; at < bytes.length; at += 0x8000) letters.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)))
  return btoa(letters.join(''))
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
