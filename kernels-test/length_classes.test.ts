import { describe, expect, it } from 'vitest'
import { formatLengths, scoreByLength, worstLength } from '../bench/learning/length_classes.js'
import { syntheticCorpus } from '../src/data/synthetic/corpus.js'
import type { Clip } from '../src/motion/clip.js'
import { COORDS } from '../src/motion/skeleton.js'

const { train } = syntheticCorpus({ languages: ['ASL'], clipsPerLanguage: 20, seed: 4 })
const spelled = (word: string, i: number): Clip => ({ ...train[i]!, text: [...word].join(' ') })
/** The clip itself, `shift` to the right from its second half on. */
const moved = (clip: Clip, shift: number) => ({
  ...clip,
  joints: clip.joints.map((value, i) => (i % 3 === 0 && i > (clip.frames >> 1) * COORDS ? value + shift : value)),
})

describe('scoreByLength', () => {
  const references = ['of', 'sun', 'rain', 'stone', 'winter', 'weatherman'].map(spelled)
  const shifts = [0, 0, 0.1, 0.1, 0.3, 0.2]
  const pairs = references.map((reference, i) => ({ reference, hypothesis: moved(reference, shifts[i]!) }))
  const scores = scoreByLength(pairs, train)

  it('puts words together by their letters, and scores each class by itself', () => {
    expect(scores.map(({ letters, clips }) => [letters, clips])).toEqual([
      ['1-3', 2],
      ['4-5', 2],
      ['6-8', 1],
      ['9+', 1],
    ])
    expect(scores[0]).toMatchObject({ dtw: 0, wristPathRatio: 1, durationRatio: 1 })
    const [, short, long, longest] = scores.map(({ dtw }) => dtw)
    expect(short).toBeGreaterThan(0)
    expect(long).toBeGreaterThan(longest!)
    expect(longest).toBeGreaterThan(short!)
  })

  it('names the class that is furthest off', () => {
    expect(worstLength(scores)?.letters).toBe('6-8')
    expect(worstLength([])).toBeUndefined()
    const lines = formatLengths(scores).split('\n')
    expect(lines).toHaveLength(6)
    expect(lines[1]).toMatch(/^1-3 +2 +0\.00 +1\.00 +1\.00$/)
    expect(lines.at(-1)).toBe('worst: words of 6-8 letters')
  })
})
