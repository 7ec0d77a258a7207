import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import { COORDS } from '../motion/skeleton.js'
import { byLength, formatWorst, lengthName, lengthStarts, scoreByLength, worstLength } from './length_classes.js'
import { scorePair } from './scores.js'

const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 20, seed: 4 })
/** A clip's first frames. */
const cut = (clip: (typeof train)[number], share: number) => {
  const frames = Math.round(clip.frames * share)
  return { ...clip, frames, joints: clip.joints.slice(0, frames * COORDS) }
}

describe('byLength', () => {
  it('puts together what is of one class, and leaves out classes without anything', () => {
    const names = (lengths: readonly number[]) =>
      byLength(lengths, lengths, lengthStarts.letters).map((range) => [lengthName(range), range.items])
    expect(names([9, 1, 2, 3, 4, 5, 6, 8, 30])).toEqual([
      ['1-2', [1, 2]],
      ['3-4', [3, 4]],
      ['5', [5]],
      ['6-8', [6, 8]],
      ['9+', [9, 30]],
    ])
    expect(names([7])).toEqual([['6-8', [7]]])
    expect(byLength([1.99, 2], [1.99, 2], lengthStarts.seconds).map(({ items }) => items)).toEqual([[1.99], [2]])
  })
})

describe('scoreByLength', () => {
  const shares = [1, 1, 1, 0.8, 0.5, 0.9]
  const tokens = [2, 3, 4, 5, 7, 9]
  const pairs = shares.map((share, i) => ({ reference: train[i]!, hypothesis: cut(train[i]!, share) }))
  const scores = scoreByLength(pairs.map(scorePair), tokens, 'letters')

  it('scores each class by itself', () => {
    expect(scores.map(({ tokens: name, unit, clips }) => [name, unit, clips])).toEqual([
      ['1-2', 'letters', 1],
      ['3-4', 'letters', 2],
      ['5', 'letters', 1],
      ['6-8', 'letters', 1],
      ['9+', 'letters', 1],
    ])
    expect(scores[1]).toMatchObject({ dtw: 0, handDtw: 0, wristPathRatio: 1, durationRatio: 1 })
    expect(scores.map(({ durationRatio }) => Number(durationRatio.toFixed(1)))).toEqual([1, 1, 0.8, 0.5, 0.9])
    expect(scores[3]!.dtw).toBeGreaterThan(0)
  })

  it('names the class that is furthest from 1, in a line', () => {
    expect(worstLength(scores, 'durationRatio')?.tokens).toBe('6-8')
    expect(worstLength([], 'durationRatio')).toBeUndefined()
    const [first, second] = scores as [(typeof scores)[number], (typeof scores)[number]]
    // Twice as long is as wrong as half, and further off than 0.6.
    const long = [
      { ...first, durationRatio: 2 },
      { ...second, durationRatio: 0.6 },
    ]
    expect(worstLength(long, 'durationRatio')).toBe(long[0])
    expect(worstLength([{ ...first, wristPathRatio: Number.NaN }], 'wristPathRatio')).toBeUndefined()
    expect(formatWorst(scores)).toMatch(/^worst length by duration: 6-8 letters \(0\.5\d?\), by wrist path: \S+ letters \(\d\.\d\d\)$/)
    expect(formatWorst(scores.slice(0, 1))).toBe('')
  })
})
