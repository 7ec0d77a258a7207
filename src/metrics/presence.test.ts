import { describe, expect, it } from 'vitest'
import { highestFrame, type LocatedClip, localisation, locatedWords } from './localisation.js'
import { foundClasses, presenceByClass, presenceScores } from './presence.js'

describe('presence', () => {
  it('finds the classes above the threshold', () => {
    expect(foundClasses([0.5, 0.51, 0.2, 1])).toEqual([1, 3])
    expect(foundClasses(Float32Array.of(0.5, 0.51), 0.2)).toEqual([0, 1])
  })

  it('scores by class and all together, a target named twice counted once', () => {
    const clips = [
      { scores: [0.9, 0.1, 0.8], targets: [0, 1, 1] },
      { scores: [0.2, 0.7, 0.1], targets: [1] },
    ]
    // Class 0 is found, class 1 once of two times, class 2 is nowhere and only in the way of all together.
    expect(presenceScores(clips)).toEqual({
      byClass: { precision: 1, recall: 0.75, f1: (1 + 1 / 1.5) / 2 },
      micro: { precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 },
    })
    expect(() => presenceScores([])).toThrow('wanted at least one sentence to score')
  })
})

describe('presence by class', () => {
  it('tells each class that any clip has, whose mean is the score of all', () => {
    const clips = [
      { scores: [0.9, 0.1, 0.8], targets: [0, 1, 1] },
      { scores: [0.2, 0.7, 0.1], targets: [1] },
    ]
    expect(presenceByClass(clips)).toEqual([
      { class: 0, clips: 1, precision: 1, recall: 1, f1: 1 },
      { class: 1, clips: 2, precision: 1, recall: 0.5, f1: 1 / 1.5 },
    ])
  })
})

describe('localisation', () => {
  /** Class 0 is highest in token 1, class 1 in tokens 3 and 4 alike; what follows the fifth token is padding. */
  const clip: LocatedClip = {
    map: Float32Array.of(...[0.1, 0, 0.4, 0, 0.2, 0, 0, 0.6, 0, 0.6], ...[9, 9]),
    columns: 2,
    tokens: 5,
    framesPerToken: 2,
    spans: [
      { class: 0, first: 0, end: 4 },
      { class: 1, first: 0, end: 2 },
      { class: 1, first: 8, end: 10 },
    ],
  }

  it('takes the first of the highest places, padding left out', () => {
    expect([highestFrame(clip, 0), highestFrame(clip, 1)]).toEqual([2, 6])
  })

  it('measures to the middle of the nearest span, once for each class', () => {
    expect(locatedWords(clip)).toEqual([
      { class: 0, frame: 2, distance: 0.5, isWithin: true },
      { class: 1, frame: 6, distance: 2.5, isWithin: false },
    ])
  })

  it('gives mean, median, the share within half a word, and what chance would have', () => {
    // Tokens are at frames 0, 2, 4, 6, 8: two of them within class 0's span, 0 and 8 within class 1's.
    expect(localisation([clip, { ...clip, spans: [{ class: 0, first: 2, end: 3 }] }])).toEqual({
      words: 3,
      meanDistance: 1,
      medianDistance: 0.5,
      within: 2 / 3,
      chance: (2 / 5 + 2 / 5 + 1 / 5) / 3,
    })
    expect(localisation([{ ...clip, spans: [] }])).toEqual({
      words: 0,
      meanDistance: Number.NaN,
      medianDistance: Number.NaN,
      within: Number.NaN,
      chance: Number.NaN,
    })
  })
})
