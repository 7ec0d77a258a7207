import { describe, expect, it } from 'vitest'
import { bleuMetric } from './bleu.js'
import { glossWerMetric } from './gloss_wer.js'
import { normaliseLine, textSignature } from './text_normalisation.js'

describe('normaliseLine', () => {
  it.each([
    ['Am Tag .', {}, 'Am Tag .'],
    ['Am Tag .', { lowercase: true }, 'am tag .'],
    ['Am Tag . ', { stripDot: true }, 'Am Tag'],
    ['Am Tag.', { stripDot: true }, 'Am Tag'],
    ['很好。', { stripDot: true }, '很好'],
    ['3 . 5', { stripDot: true }, '3 . 5'],
    ['.', { stripDot: true }, ''],
  ] as const)("makes of '%s' with %o '%s'", (line, options, want) => expect(normaliseLine(line, options)).toBe(want))
})

describe('textSignature', () => {
  it('says all that it takes', () => {
    expect(textSignature(bleuMetric(), 'bleu4', 642, { lowercase: true, more: ['beam:3'] })).toBe(
      'bleu4|tok:ws|smooth:none|eff:n|lc:y|dot:kept|n:642|beam:3',
    )
    expect(textSignature(glossWerMetric({ table: 'uint8', cleanUp: 'phoenix-2014t' }), 'wer', 2, { stripDot: true })).toBe(
      'wer|form:gloss|costs:4/3/3|clean:phoenix-2014t|table:uint8|lc:n|dot:stripped|n:2',
    )
  })
})
