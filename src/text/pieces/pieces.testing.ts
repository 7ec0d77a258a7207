// Small tokenizer files for tests, made here: a SentencePiece model with rules, and a tokenizer.json.

import type { PieceKind } from './sentencepiece/file.js'

const kinds: readonly PieceKind[] = ['normal', 'unknown', 'control', 'user', 'unused', 'byte']

/** A number as a protocol buffer has it. */
export function varint(value: number): number[] {
  const bytes: number[] = []
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)]
    bytes.push(Number(rest & 127n) | 128)
  }
}

/** A field: bytes with their length before them, or a number. */
export const field = (number: number, value: number | Uint8Array | readonly number[]): number[] =>
  typeof value === 'number' ? [...varint(number << 3), ...varint(value)] : [...varint((number << 3) | 2), ...varint(value.length), ...value]

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export type PieceRow = readonly [text: string, score: number, kind?: PieceKind]

/** One piece of a model. */
export const pieceField = ([text, score, kind = 'normal']: PieceRow): number[] =>
  field(1, [...field(1, utf8(text)), (2 << 3) | 5, ...new Uint8Array(Float32Array.of(score).buffer), ...field(3, kinds.indexOf(kind) + 1)])

/** The specials that a model has if nobody says otherwise. */
export const controls: readonly PieceRow[] = [
  ['<unk>', 0, 'unknown'],
  ['<s>', 0, 'control'],
  ['</s>', 0, 'control'],
]

/** A model file; `trainer` and `normaliser` are the fields of those parts. */
export const modelFile = (pieces: readonly PieceRow[], trainer: readonly number[] = [], normaliser: readonly number[] = []): Uint8Array =>
  Uint8Array.from([...pieces.flatMap(pieceField), ...field(2, trainer), ...field(3, normaliser)])

/** Rules of replacement, compiled: a node has a block of 256 units for its children, which is wasteful and right. */
export function charsmapOf(rules: Readonly<Record<string, string>>): Uint8Array {
  const nodes: { children: Map<number, number>; value?: number }[] = [{ children: new Map() }]
  const replacements: number[] = []
  for (const [from, to] of Object.entries(rules)) {
    let at = 0
    for (const byte of utf8(from)) {
      const next = nodes[at]!.children.get(byte) ?? nodes.push({ children: new Map() }) - 1
      nodes[at]!.children.set(byte, next)
      at = next
    }
    nodes[at]!.value = replacements.length
    replacements.push(...utf8(to), 0)
  }
  const units = new Uint32Array(256 * (nodes.length + 1))
  const place = new Map([[0, 0]])
  for (const [i, { children, value }] of nodes.entries()) {
    const [own, block] = [place.get(i)!, 256 * (i + 1)]
    // The low byte of a unit's own place is taken out again by the exclusive or with its offset.
    const base = own ^ (own ^ block)
    units[own] = (units[own]! | ((own ^ block) << 10) | (value === undefined ? 0 : 0x100)) >>> 0
    if (value !== undefined) units[base] = (0x80000000 | value) >>> 0
    for (const [byte, child] of children) {
      place.set(child, base ^ byte)
      units[base ^ byte] = byte
    }
  }
  return Uint8Array.from([...new Uint8Array(Uint32Array.of(units.byteLength).buffer), ...new Uint8Array(units.buffer), ...replacements])
}

/** A tokenizer.json of a few pieces; `parts` take the place of its parts. */
export const tokenizerJson = (parts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: ['<s>', '<pad>', '</s>', '<unk>'].map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: { type: 'NFKC' },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: null,
  decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  model: {
    type: 'Unigram',
    unk_id: 3,
    vocab: [
      ['<s>', 0],
      ['<pad>', 0],
      ['</s>', 0],
      ['<unk>', 0],
      ['▁', -2],
      ['▁rain', -3],
      ['s', -2.5],
      ['un', -4],
      ['▁sun', -5],
    ],
  },
  ...parts,
})

/** Pieces that whatever is written in small Latin letters can be cut into: its letters, and what is likelier. */
export const letterPieces = (...likely: readonly string[]): PieceRow[] => [
  ...['▁', '-', ...'abcdefghijklmnopqrstuvwxyz'].map((letter): PieceRow => [letter, -4]),
  ...likely.map((piece): PieceRow => [piece, -2]),
]

/** Such pieces as both kinds of file, by the name of each. */
export function letterFiles(...likely: readonly string[]): Readonly<Record<'tokenizer.json' | 'pieces.model', string | Uint8Array>> {
  const pieces = letterPieces(...likely)
  const { model, added_tokens: special } = tokenizerJson() as { model: object; added_tokens: readonly { readonly content: string }[] }
  const vocab = [...special.map(({ content }) => [content, 0]), ...pieces.map(([text, score]) => [text, score])]
  return {
    'tokenizer.json': JSON.stringify(tokenizerJson({ model: { ...model, vocab } })),
    'pieces.model': modelFile([...controls, ...pieces]),
  }
}
