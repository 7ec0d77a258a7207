// Tokenizers against what the libraries give for the same files: ids, pieces and decoded text of every vector.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PieceVocabulary } from '../src/text/pieces/piece_vocabulary.js'
import { SentencePieces } from '../src/text/pieces/sentencepiece/sentencepiece.js'
import { TokenizerJson } from '../src/text/pieces/tokenizer_json/tokenizer_json.js'

const folder = join(process.env.SIGNLLM_SHARED ?? '../shared', 'fixtures')
const files = {
  unigram: ['word_pieces_tokenizer.json', 'word_pieces_vectors.json'],
  model: ['word_pieces_sp.model', 'word_pieces_sp_vectors.json'],
  xglm: ['word_pieces_xglm_tokenizer.json', 'word_pieces_xglm_vectors.json'],
} as const

interface Case {
  readonly text: string
  readonly normalised: string
  readonly pieces: readonly string[]
  readonly ids: readonly number[]
  readonly decoded: string
  readonly ids_with_special: readonly number[]
  readonly ids_xglm: readonly number[]
  readonly ids_mbart: readonly number[]
}

interface Vectors {
  readonly piece_count: number
  readonly unk_id: number
  readonly first_pieces: readonly (readonly [string, number])[]
  readonly cases: readonly Case[]
}

/** Tests of one tokenizer file and its vectors; skipped where they are not there. */
function vectorsOf(which: keyof typeof files, tests: (file: Buffer, name: string, vectors: Vectors) => void): void {
  const [name, vectors] = files[which]
  const there = [name, vectors].every((file) => existsSync(join(folder, file)))
  describe.skipIf(!there)(there ? name : `${name}: not in ${folder}`, () => {
    if (there) tests(readFileSync(join(folder, name)), name, JSON.parse(readFileSync(join(folder, vectors), 'utf8')))
  })
}

vectorsOf('unigram', (file, name, { cases }) => {
  const vocabulary = PieceVocabulary.ofFile(file, name)
  it.each(cases)('cuts and decodes $text', ({ text, normalised, pieces, ids, ids_with_special: withSpecial, decoded }) => {
    expect(vocabulary.tokensOf(text)).toEqual(pieces)
    expect(vocabulary.tokensOf(text).join('')).toBe(normalised)
    expect(vocabulary.idsOf(text)).toEqual(ids)
    expect([...vocabulary.encodeAsLibrary(text)]).toEqual(withSpecial)
    expect(vocabulary.decode(ids)).toBe(decoded)
  })
})

vectorsOf('model', (file, name, { cases, piece_count: count, unk_id: unknown, first_pieces: first }) => {
  const pieces = new SentencePieces(file, name)
  const own = PieceVocabulary.ofFile(file, name)
  const xglm = PieceVocabulary.ofFile(file, name, { layout: 'xglm' })
  const german = PieceVocabulary.ofFile(file, name, { layout: 'mbart', language: 'de_DE' })

  it('counts its pieces', () => {
    expect([pieces.size, pieces.unknownId, own.special.unknown]).toEqual([count, unknown, unknown])
    expect(first.map((_, id) => pieces.pieceOf(id))).toEqual(first.map(([text]) => text))
  })

  it('has room for the special tokens of both layouts', () => {
    expect([xglm.size, german.size]).toEqual([count + 8, count + 27])
    expect([0, 1, 2, 3].map((id) => xglm.pieceOf(id))).toEqual(['<s>', '<pad>', '</s>', '<unk>'])
    expect([xglm.pieceOf(4), xglm.pieceOf(count), xglm.pieceOf(count + 7)]).toEqual([
      pieces.pieceOf(3),
      pieces.pieceOf(count - 1),
      '<madeupword6>',
    ])
    expect([german.pieceOf(count + 3), german.pieceOf(count + 26)]).toEqual(['de_DE', '<mask>'])
    expect([xglm.special, german.special]).toEqual([
      { padding: 1, end: 2, unknown: 3, start: 2 },
      { padding: 1, end: 2, unknown: 3, start: count + 3 },
    ])
  })

  it.each(cases)('cuts and decodes $text', (wanted) => {
    const { text } = wanted
    expect(pieces.normalise(text)).toBe(wanted.normalised)
    expect(own.tokensOf(text)).toEqual(wanted.pieces)
    expect(own.idsOf(text)).toEqual(wanted.ids)
    expect(own.decode(wanted.ids)).toBe(wanted.decoded)
    expect([...xglm.encodeAsLibrary(text)]).toEqual(wanted.ids_xglm)
    expect([...german.encodeAsLibrary(text)]).toEqual([...wanted.ids_mbart, german.special.start])
  })
})

vectorsOf('xglm', (file, name, { cases }) => {
  const vocabulary = PieceVocabulary.ofFile(file, name)
  const { normalise } = new TokenizerJson(file.toString(), name)
  it.each(cases)('cuts and decodes $text', ({ text, normalised, pieces, ids, decoded }) => {
    expect(normalise(text)).toBe(normalised)
    expect([vocabulary.pieceOf(vocabulary.special.start), ...vocabulary.tokensOf(text)]).toEqual(pieces)
    expect([...vocabulary.encodeAsLibrary(text)]).toEqual(ids)
    expect(vocabulary.decode(ids)).toBe(decoded)
    expect([...vocabulary.encode(text)]).toEqual([...ids.slice(1), vocabulary.special.end])
  })
})
