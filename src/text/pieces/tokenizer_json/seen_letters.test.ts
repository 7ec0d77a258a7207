import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seenLetters } from './seen_letters.js'

const parts = [
  'a',
  ' ',
  'é',
  'e\u0301',
  '\u0301',
  '\r',
  '\n',
  '\r\n',
  '🇩',
  '🇪',
  '👩\u200d',
  '👧',
  '각',
  '\u1100',
  '\u1161',
  '\u{E0100}',
  '\u0903',
  '日',
]

describe('seenLetters', () => {
  it('gives what the segmenter gives for the whole text', () => {
    const whole = new Intl.Segmenter('en', { granularity: 'grapheme' })
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...parts), { maxLength: 300 }).map((texts) => texts.join('')),
        (text) => {
          expect([...seenLetters(text)]).toEqual(Array.from(whole.segment(text), ({ segment }) => segment))
        },
      ),
    )
  })

  it('gives a letter with more marks than it looks at at once', () => {
    const long = `a${'\u0301'.repeat(10_000)}`
    expect([...seenLetters(`${long}b${long}`)]).toEqual([long, 'b', long])
  })
})
