import { describe, expect, it } from 'vitest'
import { brokenIn, checkWhole } from './broken_text.js'

describe('brokenIn', () => {
  it.each([
    ['Schnee f\uFFFDllt', 'U+FFFD'],
    ['rain \uD83C', 'half a letter'],
    ['Schnee fÃ¤llt', "'Ã¤', which looks like UTF-8 read as Latin-1"],
    ['StraÃŸe', "'ÃŸ'"],
    ['itâ€™s', "'â€'"],
  ])('sees what is wrong with %j', (text, what) => expect(brokenIn(text)).toContain(what))

  it.each(['Schnee fällt', 'NÃO, MÃE E IRMÃ', 'pâté', '\u{1F327}\uFE0F', 'ÂGE', ''])('has nothing against %j', (text) =>
    expect(brokenIn(text)).toBeUndefined(),
  )
})

describe('checkWhole', () => {
  it('refuses what a shell makes of other encodings, and leaves odd text be', () => {
    expect(() => checkWhole('f\uFFFDllt', 'generate')).toThrow(
      "generate: wanted text, got U+FFFD, which stands for a letter that could not be read in 'f\uFFFDllt'",
    )
    expect(() => checkWhole('\uDC00', 'generate')).toThrow('half a letter')
    expect(() => checkWhole('Ã¤ \u{1F327}', 'generate')).not.toThrow()
  })
})
