// The `.model` file of SentencePiece: its pieces and the settings that decide how text is cut, read from the protocol buffer.

import { SignError } from '../../../base/errors.js'
import { type ProtobufField, protobufFields } from './protobuf.js'

/** What a piece is, by its number in the file. */
const kinds = { 1: 'normal', 2: 'unknown', 3: 'control', 4: 'user', 5: 'unused', 6: 'byte' } as const
export type PieceKind = (typeof kinds)[keyof typeof kinds]

export interface ScoredPiece {
  readonly text: string
  /** Log probability. */
  readonly score: number
  readonly kind: PieceKind
}

/** What a model file says; pieces by id. */
export interface SentencePieceFile {
  readonly pieces: readonly ScoredPiece[]
  readonly byteFallback: boolean
  /** Ids of the tokens that begin, end and pad a text, −1 where there is none. */
  readonly ids: { readonly start: number; readonly end: number; readonly padding: number }
  /** What an unknown piece is decoded as. */
  readonly unknownSurface: string
  /** The compiled rules of normalisation; empty where text is left as it is. */
  readonly charsmap: Uint8Array
  readonly addDummyPrefix: boolean
  readonly removeExtraSpaces: boolean
  readonly escapeSpaces: boolean
}

const modelTypes: Readonly<Record<number, string>> = { 1: 'unigram', 2: 'bpe', 3: 'word', 4: 'char' }

/**
 * Reads a model file. Its vocabulary size is the number of its pieces: the number that it states may be that of a larger model it was cut from.
 *
 * @throws ERR_DATA naming `who` for a damaged file, and for one of a kind that is not read: anything but unigram, spaces as endings, rules for decoding
 */
export function parseSentencePiece(bytes: Uint8Array, who: string): SentencePieceFile {
  const pieces: ScoredPiece[] = []
  const trainer = { modelType: 1, byteFallback: false, spaceAsSuffix: false, unknownSurface: ' \u2047 ' }
  const ids = { start: 1, end: 2, padding: -1 }
  const normaliser = { charsmap: new Uint8Array(), addDummyPrefix: true, removeExtraSpaces: true, escapeSpaces: true }
  for (const field of protobufFields(bytes, who)) {
    if (field.number === 1) pieces.push(pieceOf(bytesOf(field, who), `${who}: piece ${pieces.length}`))
    if (field.number === 2)
      for (const part of protobufFields(bytesOf(field, who), `${who}: trainer_spec`)) {
        if (part.number === 3) trainer.modelType = numberOf(part, who)
        if (part.number === 24) trainer.spaceAsSuffix = numberOf(part, who) !== 0
        if (part.number === 35) trainer.byteFallback = numberOf(part, who) !== 0
        if (part.number === 41) ids.start = numberOf(part, who)
        if (part.number === 42) ids.end = numberOf(part, who)
        if (part.number === 43) ids.padding = numberOf(part, who)
        if (part.number === 44) trainer.unknownSurface = textOf(part, who)
      }
    if (field.number === 3)
      for (const part of protobufFields(bytesOf(field, who), `${who}: normalizer_spec`)) {
        if (part.number === 2) normaliser.charsmap = bytesOf(part, who)
        if (part.number === 3) normaliser.addDummyPrefix = numberOf(part, who) !== 0
        if (part.number === 4) normaliser.removeExtraSpaces = numberOf(part, who) !== 0
        if (part.number === 5) normaliser.escapeSpaces = numberOf(part, who) !== 0
      }
    if (field.number === 5)
      for (const part of protobufFields(bytesOf(field, who), `${who}: denormalizer_spec`))
        if (part.number === 2 && bytesOf(part, who).length > 0) throw unread(who, 'no rules for decoding', 'a denormalizer_spec')
  }
  if (trainer.modelType !== 1) {
    const got = modelTypes[trainer.modelType] ?? `type ${trainer.modelType}`
    throw unread(who, 'a unigram model', `a ${got} model`)
  }
  if (trainer.spaceAsSuffix) throw unread(who, 'spaces before words', 'treat_whitespace_as_suffix')
  checkPieces(pieces, trainer.byteFallback, who)
  return { pieces, byteFallback: trainer.byteFallback, ids, unknownSurface: trainer.unknownSurface, ...normaliser }
}

function pieceOf(bytes: Uint8Array, who: string): ScoredPiece {
  let text = ''
  let score = 0
  let kind: PieceKind = 'normal'
  for (const field of protobufFields(bytes, who)) {
    if (field.number === 1) text = textOf(field, who)
    if (field.number === 2) score = floatOf(field, who)
    if (field.number === 3) {
      const number = numberOf(field, who)
      const known = kinds[number as keyof typeof kinds]
      if (known === undefined) throw wrong(who, 'a type from 1 to 6', `${number}`)
      kind = known
    }
  }
  if (text === '') throw wrong(who, 'a piece with letters', 'an empty one')
  return { text, score, kind }
}

function checkPieces(pieces: readonly ScoredPiece[], byteFallback: boolean, who: string): void {
  const unknown = pieces.filter(({ kind }) => kind === 'unknown').length
  if (unknown !== 1) throw wrong(who, 'one unknown piece (<unk>)', `${unknown} of ${pieces.length} pieces`)
  const bytes = new Set(pieces.filter(({ kind }) => kind === 'byte').map(({ text }) => text)).size
  if (bytes !== (byteFallback ? 256 : 0)) throw wrong(who, `${byteFallback ? 256 : 'no'} pieces of bytes`, `${bytes}`)
  const seen = new Map<string, number>()
  for (const [id, { text }] of pieces.entries()) {
    const before = seen.get(text)
    if (before !== undefined) throw wrong(`${who}: piece ${id}`, 'pieces that differ', `'${text}', which piece ${before} is too`)
    seen.set(text, id)
  }
}

function bytesOf(field: ProtobufField, who: string): Uint8Array<ArrayBuffer> {
  if (field.wire === 'bytes') return field.value.slice()
  throw wrong(who, `field ${field.number} as bytes`, field.wire)
}

function textOf(field: ProtobufField, who: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(field, who))
  } catch (cause) {
    if (cause instanceof SignError) throw cause
    throw wrong(who, 'text in UTF-8', 'other bytes')
  }
}

function numberOf(field: ProtobufField, who: string): number {
  if (field.wire === 'varint') return Number(BigInt.asIntN(64, field.value))
  throw wrong(who, `field ${field.number} as a whole number`, field.wire)
}

function floatOf(field: ProtobufField, who: string): number {
  if (field.wire !== 'fixed32') throw wrong(who, `field ${field.number} as a float`, field.wire)
  const value = new DataView(field.value.buffer, field.value.byteOffset).getFloat32(0, true)
  if (Number.isFinite(value)) return value
  throw wrong(who, 'a finite score', `${value}`)
}

const wrong = (who: string, wanted: string, got: string): SignError =>
  new SignError('ERR_DATA', who, `wanted ${wanted}, got ${got}`, 'Check that the file is a SentencePiece model and was copied whole')

const unread = (who: string, wanted: string, got: string): SignError =>
  new SignError('ERR_DATA', who, `wanted ${wanted}, got ${got}`, 'Only unigram models with spaces before words are read; train one as such')
