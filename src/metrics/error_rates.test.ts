import { describe, expect, it } from 'vitest'
import { characterErrorRate, letterErrorRate } from './character_errors.js'
import { corpusChrf } from './chrf.js'
import type { TextPair } from './corpus_metric.js'
import { editDistance } from './edit_distance.js'
import { alignGlosses } from './gloss_alignment.js'
import { glossCleanUps } from './gloss_clean_up.js'
import { glossWer } from './gloss_wer.js'
import { textWer, werWords } from './text_wer.js'

const pair = (hypothesis: string, reference: string): TextPair => ({ hypothesis, reference })
const slides = [
  pair(
    'im übrigen land scheint häufig die sonne und es gibt nur wenig schauer .',
    'in den übrigen gebieten viel sonne und nur ein paar lockere wolken .',
  ),
  pair(
    'am tag zwölf grad an der ostsee und bis zu zwanzig grad im süden .',
    'am tag zwölf grad an der ostsee und bis zwanzig grad in niederbayern .',
  ),
  pair(
    'ich wünsche ihnen noch einen schönen abend und machen sie es gut .',
    'ich wünsche ihnen einen schönen abend und machen sie es gut .',
  ),
  pair('der wind weht schwach bis mäßig aus süd bis südost .', 'dazu weht ein schwacher bis mäßiger wind aus südost bis süd .'),
]
const withoutDot = slides.map(({ hypothesis, reference }) => pair(hypothesis.slice(0, -2), reference.slice(0, -2)))

describe('the four weather reports', () => {
  it('have the gloss word error rate, the text word error rate and the chrF2 of the released scripts', () => {
    const counts = { substitutions: 15, insertions: 5, deletions: 3, referenceLength: 51 }
    expect(glossWer(slides)).toMatchObject(counts)
    expect(glossWer(slides).wer).toBeCloseTo(45.098039, 5)
    expect(glossWer(withoutDot).wer).toBeCloseTo(48.93617, 5)
    for (const pairs of [slides, withoutDot]) expect(textWer(pairs)).toBeCloseTo(48.93617, 5)
    expect(corpusChrf(slides)).toBeCloseTo(62.259534, 5)
    expect(corpusChrf(withoutDot)).toBeCloseTo(62.682757, 5)
  })
})

describe('alignGlosses', () => {
  it('goes by the weights: one replacement (4), but no replacement for a deletion and an insertion that save another (6)', () => {
    expect(alignGlosses(['A'], ['B'])).toBe('S')
    expect(alignGlosses(['A', 'B'], ['B', 'C'])).toBe('DCI')
    expect(alignGlosses([], ['A'])).toBe('I')
    expect(alignGlosses(['A'], [])).toBe('D')
    expect(alignGlosses([], [])).toBe('')
  })

  it('ends even where 8 bits are not enough', () => {
    const long = Array.from({ length: 200 }, (_, i) => `w${i}`)
    expect(alignGlosses([], long)).toBe('I'.repeat(200))
    expect(alignGlosses([], long, 'uint8').length).toBeLessThanOrEqual(601)
    expect(alignGlosses(long, long)).toBe('C'.repeat(200))
  })
})

describe('gloss clean-up', () => {
  it('knows letters beyond ASCII, as Python does', () => {
    expect(glossCleanUps['phoenix-2014t']('ÜBERRAUM RAUMRAUM')).toBe('ÜBERRAUM RAUM')
  })

  it('passes both sides of a word error rate', () => {
    const pairs = [pair('loc-NORD WIND WIND', 'NORDRAUM WIND')]
    expect(glossWer(pairs, { cleanUp: 'phoenix-2014t' }).wer).toBe(0)
    expect(glossWer(pairs).wer).toBe(100)
  })

  it('of PHOENIX-2014 refuses what the published function refuses', () => {
    expect(() => glossWer([pair('A', '__EPENTHESIS__ A')], { cleanUp: 'phoenix-2014' })).toThrow('Use the clean-up phoenix-2014t')
  })
})

describe('textWer', () => {
  it('expands contractions before it lower-cases, and leaves no word of punctuation', () => {
    expect(werWords("Wie geht's – won't you? I can't ...")).toEqual(['wie', 'geht', 'is', 'will', 'not', 'you', 'i', 'can', 'not'])
    expect(werWords("Won't")).toEqual(['wo', 'not'])
    expect(werWords(' a  b\u00a0c ')).toEqual(['a', 'b\u00a0c'])
  })

  it('is nothing where a reference has no word', () => {
    expect(textWer([pair('a', 'a'), pair('a', '?!')])).toBeNaN()
    expect(textWer([pair('', 'a b')])).toBe(100)
    expect(textWer([])).toBeNaN()
  })
})

describe('rates of characters and letters', () => {
  it('count code points, and a letter between spaces as one', () => {
    expect(characterErrorRate([pair('  ab  d', 'ab c𠮷')])).toBe(40)
    expect(letterErrorRate([pair('s c h u l e', 'sch u l e')])).toBe(75)
    expect(letterErrorRate([pair('', 'a b')])).toBe(100)
    expect(characterErrorRate([pair('a', '')])).toBeNaN()
  })
})

describe('editDistance', () => {
  it('is what it takes by hand', () => {
    expect(editDistance([...'kitten'], [...'sitting'])).toBe(3)
    expect(editDistance([], [1, 2])).toBe(2)
    expect(editDistance([1, 2], [])).toBe(2)
  })
})
