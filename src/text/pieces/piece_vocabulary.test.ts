import { describe, expect, it } from 'vitest'
import { checkFitsTable } from '../text_coder.js'
import { PieceVocabulary } from './piece_vocabulary.js'
import { charsmapOf, controls, field, modelFile, type PieceRow, pieceField, tokenizerJson, utf8 } from './pieces.testing.js'

const json = (parts: Readonly<Record<string, unknown>> = {}) => utf8(JSON.stringify(tokenizerJson(parts)))
const read = (file: Uint8Array, options = {}) => PieceVocabulary.ofFile(file, 'f', options)
const pieces: readonly PieceRow[] = [...controls, ['▁', -2], ['▁rain', -3], ['s', -2.5], ['un', -4], ['▁sun', -5]]
const bytePieces = Array.from({ length: 256 }, (_, i): PieceRow => [`<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`, 0, 'byte'])

describe('a tokenizer.json', () => {
  it('is cut as its parts say, specials cut out first', () => {
    const vocabulary = read(json())
    expect(vocabulary.tokensOf('rain sun')).toEqual(['▁rain', '▁sun'])
    expect(vocabulary.idsOf('rain</s>suns')).toEqual([5, 2, 8, 6])
    expect(vocabulary.idsOf('xy sun')).toEqual([4, 3, 8])
    expect([...vocabulary.encode('rain')]).toEqual([5, 2])
    expect(vocabulary.decode([2, 5, 3, 8, 2])).toBe('rain sun')
    expect(vocabulary.unknownShare(['xy sun'])).toBeCloseTo(1 / 3)
  })

  it('says what stands around a text; what ends it is not told twice', () => {
    const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } })
    const text = { Sequence: { id: 'A', type_id: 0 } }
    const processor = (...single: unknown[]) => ({
      type: 'TemplateProcessing',
      single,
      special_tokens: { '</s>': { id: '</s>', ids: [2], tokens: ['</s>'] } },
    })
    const both = read(json({ post_processor: processor(special('</s>'), text, special('</s>')) }))
    expect([...both.encodeAsLibrary('rain')]).toEqual([2, 5, 2])
    expect([...both.encode('rain')]).toEqual([5, 2])
    expect(both.special).toEqual({ unknown: 3, padding: 1, start: 2, end: 2 })
  })

  it.each([
    ['another model', { model: { type: 'BPE', vocab: {} } }, 'f: model: wanted type Unigram, got BPE'],
    ['a normalizer', { normalizer: { type: 'BertNormalizer' } }, 'got BertNormalizer. This tokenizer is not supported'],
    ['a step of a sequence', { normalizer: { type: 'Sequence', normalizers: [{ type: 'Lowercase' }] } }, 'f: normalizer.0: wanted'],
    ['a pre-tokenizer', { pre_tokenizer: { type: 'ByteLevel' } }, 'f: pre_tokenizer: wanted a pre_tokenizer of type Metaspace'],
    ['a decoder', { decoder: { type: 'WordPiece' } }, 'f: decoder: wanted a decoder of type Metaspace'],
    ['a post-processor', { post_processor: { type: 'RobertaProcessing' } }, 'f: post_processor: wanted a post_processor of type'],
    ['truncation', { truncation: { max_length: 3 } }, 'f: wanted no truncation, got one'],
    [
      'a vocabulary without <unk>',
      { model: { type: 'Unigram', vocab: [['a', 0]] } },
      'f: model.unk_id: wanted the id of <unk> among 1 pieces, got none',
    ],
    ['an <unk> outside', { model: { unk_id: 7, vocab: [['a', 0]] } }, 'among 1 pieces, got 7'],
    ['a row that is none', { model: { unk_id: 0, vocab: [['a']] } }, 'f: model.vocab.0: wanted a piece and its score'],
    ['a token of another id', { added_tokens: [{ id: 9, content: '</s>' }] }, "wanted '</s>' as 2, got 9, another one"],
    ['a token in the place of a piece', { added_tokens: [{ id: 4, content: 'x' }] }, "wanted 'x' as an id from 9 on, got 4, which is '▁'"],
    [
      'ids that come twice',
      {
        added_tokens: [
          { id: 9, content: 'x' },
          { id: 9, content: 'y' },
        ],
      },
      "wanted each id once, got '9' twice",
    ],
    ['settings of another kind', { normalizer: { type: 'Strip', strip_left: 1 } }, 'f: normalizer (Strip): wanted settings of the format'],
    ['rules that are no base64', { normalizer: { type: 'Precompiled', precompiled_charsmap: '%' } }, 'in base64, got other text'],
  ])('is refused by name with %s', (_, parts, message) => {
    expect(() => read(json(parts))).toThrow(message)
  })

  it('is refused where it is no JSON, and with a layout', () => {
    expect(() => read(utf8('{"model": '))).toThrow('f: wanted JSON, got')
    expect(() => read(json(), { layout: 'xglm' })).toThrow('f: wanted no layout or language, got xglm')
  })
})

describe('a SentencePiece model', () => {
  it('is cut after its rules, unused pieces left alone and those of a user always taken', () => {
    const rules = charsmapOf({ ﬁ: 'sun', '\u0007': '', '\u00a0': ' ', ab: 's', abc: 'rain' })
    const file = modelFile([...pieces, ['▁suns', 0, 'unused'], ['rain!', -99, 'user']], [], field(2, rules))
    const vocabulary = read(file)
    expect(vocabulary.tokensOf('  ﬁ\u00a0 s\u0007ab abcd ')).toEqual(['▁sun', '▁', 's', 's', '▁rain', 'd'])
    expect(vocabulary.tokensOf('suns rain!')).toEqual(['▁sun', 's', '▁', 'rain!'])
  })

  it('gets an id for padding where it has none', () => {
    const vocabulary = read(modelFile(pieces))
    expect([vocabulary.special, vocabulary.size]).toEqual([{ unknown: 0, padding: 8, start: 1, end: 2 }, 9])
    expect([...vocabulary.encode('rain')]).toEqual([4, 2])
    const padded = read(modelFile([...pieces, ['<pad>', 0, 'control']], field(43, 8)))
    expect([padded.special.padding, padded.size]).toEqual([8, 9])
  })

  it('spells what it does not know by bytes, where it has them', () => {
    const vocabulary = read(modelFile([...pieces, ...bytePieces], field(35, 1)))
    const ids = vocabulary.idsOf('ä rain')
    expect(vocabulary.tokensOf('ä rain')).toEqual(['▁', '<0xC3>', '<0xA4>', '▁rain'])
    expect(vocabulary.decode(ids)).toBe('ä rain')
    expect(vocabulary.decode([3, ids[2]!, ids[2]!, ...ids.slice(1)])).toBe('\ufffd\ufffdä rain')
  })

  const one = (row: PieceRow) => [...modelFile(pieces), ...pieceField(row)]
  it.each([
    ['an end within a field', modelFile(pieces).subarray(0, 33), 'bytes of field 1, got'],
    ['no message', utf8('not a model'), 'wanted a field, got the tag'],
    ['nothing', new Uint8Array(), 'wanted one unknown piece (<unk>), got 0 of 0 pieces'],
    ['two unknown pieces', one(['<unk2>', 0, 'unknown']), 'wanted one unknown piece (<unk>), got 2'],
    ['a piece twice', one(['s', 0]), "f: piece 8: wanted pieces that differ, got 's', which piece 5 is too"],
    ['an empty piece', one(['', 0]), 'f: piece 8: wanted a piece with letters, got an empty one'],
    ['a score that is no number', one(['x', Number.NaN]), 'wanted a finite score, got NaN'],
    ['bytes that are not wanted', one(['<0x00>', 0, 'byte']), 'wanted no pieces of bytes, got 1'],
    ['too few bytes', modelFile([...pieces, ...bytePieces.slice(1)], field(35, 1)), 'wanted 256 pieces of bytes, got 255'],
    ['another model', modelFile(pieces, field(3, 2)), 'f: wanted a unigram model, got a bpe model'],
    ['spaces as endings', modelFile(pieces, field(24, 1)), 'got treat_whitespace_as_suffix'],
    ['no token that ends', modelFile(pieces, field(42, -1)), 'f: wanted a token that ends a text (eos), got none'],
    [
      'rules that end early',
      modelFile(pieces, [], field(2, [0, 4, 0, 0, 1])),
      'f: charsmap: wanted a table of rules, got a trie of 1024 bytes in 5',
    ],
  ])('is refused with %s', (_, file, message) => {
    expect(() => read(Uint8Array.from(file))).toThrow(message)
  })

  it('has the languages of mBART only in its layout', () => {
    expect(() => read(modelFile(pieces), { layout: 'mbart' })).toThrow('f: wanted a language of mBART, ar_AR, cs_CZ')
    expect(() => read(modelFile(pieces), { layout: 'mbart', language: 'xx' })).toThrow('got xx')
    expect(() => read(modelFile(pieces), { layout: 'xglm', language: 'de_DE' })).toThrow('f: wanted no language, got de_DE')
    expect([...read(modelFile(pieces), { layout: 'mbart', language: 'cs_CZ' }).encode('rain')]).toEqual([5, 2, 10])
  })
})

describe('a tokenizer', () => {
  it('is the same after saving', () => {
    for (const vocabulary of [
      read(json()),
      read(modelFile(pieces), { layout: 'xglm' }),
      read(modelFile(pieces), { layout: 'mbart', language: 'de_DE' }),
    ]) {
      const again = PieceVocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)), 'c')
      expect(again.special).toEqual(vocabulary.special)
      expect(again.size).toBe(vocabulary.size)
      expect([...again.encodeAsLibrary('rain xy suns')]).toEqual([...vocabulary.encodeAsLibrary('rain xy suns')])
    }
  })

  it.each([
    [{ tokenizer: 'bpe', file: '' }, 'c: wanted a saved tokenizer, got'],
    [{ tokenizer: 'sentencepiece', file: '%' }, 'c: wanted a saved tokenizer, got'],
    [{ tokenizer: 'sentencepiece', file: '' }, 'got c: wanted one unknown piece'],
  ])('that was saved wrong is refused: %j', (saved, message) => {
    expect(() => PieceVocabulary.fromJSON(saved, 'c')).toThrow(message)
  })

  it('fits a table with a row for each id, and few more', () => {
    const { size } = read(json())
    for (const rows of [size, size + 127]) checkFitsTable(read(json()), rows, 'f')
    for (const rows of [size - 1, size + 128])
      expect(() => checkFitsTable(read(json()), rows, 'f')).toThrow(
        `f: wanted an embedding table of ${size} rows, a row for each id, got one of ${rows}`,
      )
  })

  it('takes long texts in time, and refuses longer ones', () => {
    for (const vocabulary of [read(json()), read(modelFile([...pieces, ...bytePieces], field(35, 1)))]) {
      for (const letters of ['rain ', 's', 'ä'])
        expect(vocabulary.idsOf(letters.repeat(200_000 / letters.length)).length).toBeGreaterThan(0)
      expect(() => vocabulary.idsOf('s'.repeat(1_000_001))).toThrow('wanted a text of at most 1000000 characters, got 1000001')
    }
    const grows = read(json({ normalizer: { type: 'Replace', pattern: { String: 's' }, content: 'x'.repeat(100) } }))
    expect(() => grows.idsOf('s'.repeat(1_000_000))).toThrow('wanted a text of at most 16000000 characters')
  })
})
