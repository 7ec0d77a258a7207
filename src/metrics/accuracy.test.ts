import { describe, expect, it } from 'vitest'
import { sequenceAccuracy, tokenAccuracy } from './accuracy.js'
import { classAverages, classF1, microF1 } from './f1.js'
import { perplexity } from './perplexity.js'

describe('accuracy', () => {
  it('of sequences compares lines, or tokens where asked', () => {
    const pairs = [
      { hypothesis: 'a  b', reference: 'a b' },
      { hypothesis: 'a', reference: 'a' },
    ]
    expect(sequenceAccuracy(pairs)).toBe(50)
    expect(sequenceAccuracy(pairs, { tokeniser: 'ws' })).toBe(100)
    expect(sequenceAccuracy([])).toBeNaN()
  })

  it('of tokens counts the places of the longer side', () => {
    expect(tokenAccuracy([{ hypothesis: 'a x c d', reference: 'a b' }])).toBe(25)
    expect(tokenAccuracy([{ hypothesis: 'a', reference: 'a b' }])).toBe(50)
    expect(tokenAccuracy([{ hypothesis: '', reference: '' }])).toBeNaN()
  })
})

describe('F1', () => {
  const pairs = [
    { hypothesis: ['rain', 'rain', 'sun'], reference: ['rain', 'wind'] },
    { hypothesis: ['wind'], reference: ['wind'] },
    { hypothesis: ['snow'], reference: [] },
  ]

  it('of all labels together: 2 found, 2 too many, 1 missed', () => {
    expect(microF1(pairs)).toEqual({ precision: 1 / 2, recall: 2 / 3, f1: 2 / 3.5 })
  })

  it('of the classes that a reference has: rain is found, wind once of two times', () => {
    expect(classF1(pairs)).toBeCloseTo((1 + 1 / 1.5) / 2, 12)
    expect(classF1([{ hypothesis: ['a'], reference: [] }])).toBeNaN()
    expect(classAverages(pairs)).toEqual({ precision: 1, recall: 0.75, f1: classF1(pairs) })
  })

  it('has a precision of 0 for a class that is never found, and counts what no reference has only where it is in the way', () => {
    const missed = [{ hypothesis: ['snow'], reference: ['rain'] }, ...pairs]
    // rain: 1 found, 1 missed; wind: 1 found, 1 missed.
    expect(classAverages(missed)).toEqual({ precision: 1, recall: 0.5, f1: 1 / 1.5 })
    expect(classAverages([{ hypothesis: [], reference: ['rain'] }])).toEqual({ precision: 0, recall: 0, f1: 0 })
  })
})

describe('perplexity', () => {
  it('is the vocabulary where every token is as likely', () => {
    expect(perplexity(3 * Math.log(50), 3)).toBeCloseTo(50, 10)
    expect(perplexity(0, 3)).toBe(1)
    expect(perplexity(0, 0)).toBeNaN()
  })
})
