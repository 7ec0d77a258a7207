import { describe, expect, it } from 'vitest'
import { Vocabulary } from './vocabulary.js'

describe('Vocabulary', () => {
  it('puts the specials first, then words by count, then alphabetically', () => {
    const vocabulary = Vocabulary.build(['regen und sonne', 'und regen', 'und wind'], 'words')
    expect(vocabulary.tokens).toEqual(['<unk>', '<pad>', '<s>', '</s>', 'und', 'regen', 'sonne', 'wind'])
    expect(vocabulary.size).toBe(8)
  })

  it('keeps the most frequent where there are more, all of a count by code point', () => {
    // U+1F600 lies beyond U+FF5E, but its first UTF-16 unit before.
    const sentences = ['ok! ～ 😀', 'ok b a']
    const words = (most?: number) => Vocabulary.build(sentences, 'words-and-marks', most === undefined ? {} : { most }).tokens.slice(4)
    expect(words()).toEqual(['ok', '!', 'a', 'b', '～', '😀'])
    expect(words(3)).toEqual(['ok', '!', 'a'])
  })

  it('leaves out words rarer than asked', () => {
    expect(Vocabulary.build(['a b', 'a'], 'words', { minCount: 2 }).tokens.slice(4)).toEqual(['a'])
  })

  it('encodes with </s> at the end and unknown words as 0', () => {
    const vocabulary = new Vocabulary(['안녕', '세계'], 'words')
    expect([...vocabulary.encode('안녕, 새 세계!')]).toEqual([4, 0, 5, 3])
    expect([...vocabulary.encode('')]).toEqual([3])
  })

  it('decodes up to </s>, without specials', () => {
    const vocabulary = new Vocabulary(['rain', 'sun'], 'words')
    expect(vocabulary.decode([2, 5, 0, 1, 4, 9, 3, 4])).toBe('sun rain')
  })

  it('follows its policy in case', () => {
    expect([...Vocabulary.build(['Sonne'], 'words').encode('SONNE')]).toEqual([4, 3])
    expect([...Vocabulary.build(['Sonne'], 'whitespace').encode('SONNE Sonne')]).toEqual([0, 4, 3])
  })

  it('does not let a sentence end itself', () => {
    const vocabulary = Vocabulary.build(['a </s> <pad> b'], 'whitespace')
    expect(vocabulary.tokens.slice(4)).toEqual(['a', 'b'])
    expect([...vocabulary.encode('a </s> <pad> b')]).toEqual([4, 0, 0, 5, 3])
  })

  it('tells how much of a text it does not know', () => {
    expect(new Vocabulary(['a'], 'words').unknownShare(['a b', 'A c'])).toBe(0.5)
    expect(new Vocabulary(['a'], 'words').unknownShare([])).toBe(0)
  })

  it('knows when it has no word of a sentence', () => {
    const vocabulary = new Vocabulary(['rain'], 'words')
    expect(['Rain, snow', 'snow', '\u{1F327}\uFE0F', ''].map((text) => vocabulary.knowsAny(text))).toEqual([true, false, false, false])
    // No emoji leaves a word behind.
    expect(Vocabulary.build(['\u{1F327}\uFE0F rain \u{1F469}\u200D\u{1F467}'], 'words').tokens.slice(4)).toEqual(['rain'])
  })

  it('has word boundaries where its sentences had, and reads past them where they had none', () => {
    const [spelled, single] = ['h i | h o', 'h i o'].map((text) => Vocabulary.build([text], 'letters'))
    expect(spelled!.tokensOf('o | h')).toEqual(['o', '|', 'h'])
    expect(spelled!.unknownIn('o | h')).toEqual([])
    expect(single!.tokensOf('o | h')).toEqual(['o', 'h'])
  })

  it('reads a file that has other specials at the top, as SignDW has them', () => {
    const lines = ['<pad>', '<unk>', '<bos>', '<eos>', '!', 'ok']
    expect(Vocabulary.fromLines(lines, 'words-and-marks', 'v').tokens).toEqual(['<unk>', '<pad>', '<s>', '</s>', '!', 'ok'])
    expect(() => Vocabulary.fromLines(lines.toSpliced(2, 1), 'words-and-marks', 'v')).toThrow(
      'v:3: wanted <bos>, got <eos>. Put <pad>, <unk>, <bos>, <eos> in this order at the top, or leave them all out',
    )
  })

  it('comes back from JSON', () => {
    const vocabulary = Vocabulary.build(['Über den Wolken'], 'words')
    const back = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)), 'x')
    expect(back.tokens).toEqual(vocabulary.tokens)
    expect(back.encode('wolken')).toEqual(vocabulary.encode('wolken'))
  })

  it.each([
    [{ policy: 'bytes', words: [] }, /model\.json: wanted a vocabulary \{policy, words\}, got .*policy/],
    [{ policy: 'words', words: ['a', 'a'] }, 'model.json: wanted each word once'],
    [null, 'model.json: wanted a vocabulary'],
  ])('refuses %j', (saved, message) => expect(() => Vocabulary.fromJSON(saved, 'model.json')).toThrow(message))
})

describe('a vocabulary file', () => {
  it('gives the same ids with and without specials at the top', () => {
    const lines = ['HEUTE', 'REGEN', 'HEUTE', '']
    const plain = Vocabulary.fromLines(lines, 'whitespace', 'v.txt')
    expect(plain.tokens.slice(4)).toEqual(['HEUTE', 'REGEN'])
    expect(Vocabulary.fromLines(['<unk>', '<pad>', '<s>', '</s>', ...lines], 'whitespace', 'v.txt').tokens).toEqual(plain.tokens)
  })

  it('is folded as sentences are', () => {
    const vocabulary = Vocabulary.fromLines(['The', 'the', '.', 'Über\r'], 'words', 'v.txt')
    expect(vocabulary.tokens.slice(4)).toEqual(['the', 'über'])
  })

  it.each([
    [['New York'], 'v.txt:1: wanted one word per line, got "New York"'],
    [['<unk>', '<s>', '<pad>', '</s>'], 'v.txt:2: wanted <pad>, got <s>'],
    [['a', '<pad>'], 'v.txt:2: wanted a word, got <pad>'],
    [['<unk>', ''], 'v.txt:2: wanted <pad>, got an empty line'],
  ])('%j is refused with its line', (lines, message) => {
    expect(() => Vocabulary.fromLines(lines, 'whitespace', 'v.txt')).toThrow(message)
  })

  it('spells what it does not have, where it is to', () => {
    const vocabulary = Vocabulary.build(['show rain', 'show sun', 'a'], 'spelled', { minCount: 2, keep: ['please a'] })
    expect(vocabulary.tokensOf('Please show a RAIN')).toEqual(['please', 'show', 'a', '·r', '·a', '·i', '·n'])
    expect(vocabulary.unknownIn('show ruin')).toEqual([])
    expect(vocabulary.unknownIn('show zip')).toEqual(['·z'])
    expect(Vocabulary.fromJSON(vocabulary.toJSON(), 'x').encode('sun a')).toEqual(vocabulary.encode('sun a'))
  })
})
