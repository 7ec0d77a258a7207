import { describe, expect, it } from 'vitest'
import { readingNotes } from './reading_notes.js'
import type { TokenPolicy } from './tokenise.js'
import { Vocabulary } from './vocabulary.js'

const notes = (train: readonly string[], dev: readonly string[], policy: TokenPolicy = 'words') =>
  readingNotes({ train, dev }, Vocabulary.build(train, policy))

const chinese = [
  ['今天会下雨', '我在学校吃苹果', '明天天气很好'],
  ['他在学校下雨', '今天吃苹果'],
] as const

describe('readingNotes', () => {
  it('has none where dev has the words of train', () => {
    expect(notes(['es regnet heute', 'es schneit'], ['heute schneit es', 'morgen regnet es'])).toEqual([])
    expect(notes(['es regnet'], [])).toEqual([])
    expect(notes(...chinese, 'letters')).toEqual([])
  })

  it('says that sentences without spaces become words, and what of dev is unknown for it', () => {
    expect(notes(...chinese)).toEqual([
      "sentences in Chinese or Japanese are not cut into words, '我在学校吃苹果' is one: set tokens: letters, or put spaces between words",
      '100 % of the words of dev are unknown, 2 of 2 sentences have no other: check that it is of the same language and kind as train, and tokens',
    ])
  })

  it('says so of any dev that is mostly unknown, and of train under a foreign vocabulary', () => {
    expect(notes(['es regnet', 'es schneit'], ['it rains', 'es regnet', 'it snows'])).toEqual([
      expect.stringMatching(/^67 % of the words of dev are unknown, 2 of 3 sentences have no other/),
    ])
    const foreign = new Vocabulary(['rain', 'it'], 'words')
    expect(readingNotes({ train: ['es regnet'], dev: ['it rain'] }, foreign)).toEqual([
      expect.stringMatching(/^100 % of the words of train are unknown, 1 of 1 .*: check the vocabulary file/),
    ])
  })

  it('names sentences that lost letters, and those that are no words', () => {
    expect(notes(['Schnee f\uFFFDllt', '\u{1F327}\uFE0F', 'Schnee'], ['Schnee'])).toEqual([
      "1 of 4 sentences have lost letters: 'Schnee f\uFFFDllt' has U+FFFD, which stands for a letter that could not be read",
      "1 of 4 sentences have no word, only marks, such as '\u{1F327}\uFE0F'",
    ])
  })
})
