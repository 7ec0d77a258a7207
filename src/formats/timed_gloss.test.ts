import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SignError } from '../base/errors.js'
import { parseTimedSentence } from './timed_gloss.js'

const sentence = {
  document_id: '1',
  id: '1_a',
  sentence: {
    id: 'a',
    start: 1000,
    end: 3000,
    english: 'It rains.',
    german: 'Es regnet.',
    glosses: { gloss: ['$INDEX1', 'REGEN1*'], start: [1000, 1400], end: [1200, 2000] },
  },
}
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('parseTimedSentence', () => {
  it('tells what was signed when, from the start of the sentence', () => {
    expect(parseTimedSentence(bytes(sentence), 'x')).toEqual({
      id: '1_a',
      texts: { english: 'It rains.', german: 'Es regnet.' },
      glosses: [
        { gloss: '$INDEX1', start: 0, end: 0.2 },
        { gloss: 'REGEN1*', start: 0.4, end: 1 },
      ],
    })
  })

  it.each([
    ['no sentence', { id: 'a' }, 'x: wanted an object at sentence'],
    ['times of another count', withGlosses({ end: [1200] }), 'x: wanted an array of 2 at sentence.glosses.end, got an array of 1'],
    ['a time that is none', withGlosses({ start: [1000, 'x'] }), "x: wanted milliseconds at sentence.glosses.start[1], got 'x'"],
    ['an end before its start', withGlosses({ end: [1200, 1300] }), 'x: wanted a gloss that ends after it starts, got 1400 to 1300 ms'],
    [
      'half a letter in a text',
      { ...sentence, sentence: { ...sentence.sentence, german: 'a\ud83c' } },
      'x: wanted text at sentence.german',
    ],
    ['an empty gloss', withGlosses({ gloss: ['', 'A'] }), 'x: wanted text at sentence.glosses.gloss[0]'],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseTimedSentence(bytes(value), 'x')).toThrow(message)
  })

  it('gives a sentence or a named error, whatever the bytes', () => {
    const base = bytes(sentence)
    fc.assert(
      fc.property(fc.nat(base.length - 1), fc.nat(255), fc.nat(base.length), (at, byte, length) => {
        const damaged = base.slice(0, length || base.length)
        if (at < damaged.length) damaged[at] = byte
        try {
          for (const { start, end } of parseTimedSentence(damaged, 'x').glosses) expect(end).toBeGreaterThanOrEqual(start)
        } catch (error) {
          expect(error).toBeInstanceOf(SignError)
          expect((error as SignError).message).toMatch(/^x(:\d+)?: /)
        }
      }),
      { seed: 5, numRuns: 300 },
    )
  })
})

function withGlosses(more: object): unknown {
  return { ...sentence, sentence: { ...sentence.sentence, glosses: { ...sentence.sentence.glosses, ...more } } }
}
