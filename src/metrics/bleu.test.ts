import { describe, expect, it } from 'vitest'
import { bleuCounts, corpusBleu } from './bleu.js'

const wind = [
  {
    hypothesis: 'der wind weht schwach bis mäßig aus süd bis südost .',
    reference: 'dazu weht ein schwacher bis mäßiger wind aus südost bis süd .',
  },
]

describe('smoothing', () => {
  it('is as sacreBLEU does it: each order without a match halves what counts as one', () => {
    const got = corpusBleu(wind, { smoothing: 'exp' })
    for (const [i, want] of [66.407325, 17.412147, 9.161648, 5.755259].entries()) expect(got[i]).toBeCloseTo(want, 5)
    expect(corpusBleu(wind).slice(1)).toEqual([0, 0, 0])
  })

  it('makes nothing out of no match at all', () => {
    const pairs = [{ hypothesis: 'a b c d e', reference: 'v w x y z' }]
    expect(corpusBleu(pairs, { smoothing: 'exp' })).toEqual([0, 0, 0, 0])
  })

  it('does not reach orders that no hypothesis is long enough for, unless they are left out', () => {
    const pairs = [{ hypothesis: 'a b', reference: 'a b' }]
    expect(corpusBleu(pairs, { smoothing: 'exp' })).toEqual([100, 100, 0, 0])
    expect(corpusBleu(pairs, { effectiveOrder: true })).toEqual([100, 100, 100, 100])
    expect(corpusBleu([{ hypothesis: '', reference: 'a' }], { effectiveOrder: true })).toEqual([0, 0, 0, 0])
  })
})

describe('counts', () => {
  it('are clipped by the reference, and keep precisions unsmoothed', () => {
    const counts = bleuCounts([{ hypothesis: 'der der der', reference: 'der wind der nacht' }])
    expect(counts).toEqual({
      matches: [2, 0, 0, 0],
      totals: [3, 2, 1, 0],
      precisions: [200 / 3, 0, 0, 0],
      brevity: Math.exp(1 - 4 / 3),
      hypothesisLength: 3,
      referenceLength: 4,
    })
  })

  it('are of no corpus an error, and their BLEU 0', () => {
    expect(corpusBleu([])).toEqual([0, 0, 0, 0])
    expect(() => bleuCounts([])).toThrow('wanted at least one sentence to score, got none')
  })
})
