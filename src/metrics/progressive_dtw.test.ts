import { describe, expect, it } from 'vitest'
import { align, type Series } from './dtw.js'
import { progressiveDtw, releasedDtw } from './progressive_dtw.js'
import { walk } from './series.testing.js'

/** Rows of one coordinate and a counter. */
const rows = (...pairs: readonly (readonly [number, number])[]): Series => ({ values: pairs.flat(), length: pairs.length })

describe('releasedDtw', () => {
  it('is plain L1 alignment by default', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [a, b] = [walk(seed, 1 + (seed % 9), 3), walk(seed + 40, 1 + ((seed * 5) % 11), 3)]
      const { cost, path } = releasedDtw(a, b, 3)
      expect({ cost, path }).toEqual(align(a, b, 3, 'l1'))
    }
  })

  it('refuses a window that no path fits in', () => {
    expect(() => releasedDtw(walk(1, 5, 1), walk(2, 2, 1), 1, { window: 2 })).toThrow('wanted a window of at least 3')
  })
})

describe('progressiveDtw', () => {
  it('leaves out the start frame, and the frame of the largest counter with all after it', () => {
    const reference = rows([1, 0], [2, 0.5], [9, 0.9], [7, 0.8])
    const hypothesis = rows([100, 1], [1, 0.1], [3, 0.4], [50, 0.7], [60, 0.7])
    const { score, referenceFrames, hypothesisFrames } = progressiveDtw(reference, hypothesis, 1)
    expect([referenceFrames, hypothesisFrames]).toEqual([2, 2])
    expect(score).toBe(1 / 2)
  })

  it('keeps one row of what has its largest counter first', () => {
    expect(progressiveDtw(rows([4, 1], [5, 0]), rows([0, 0], [1, 1], [9, 0.5]), 1)).toMatchObject({ score: 3, referenceFrames: 1 })
  })

  it('refuses a hypothesis that is its start frame alone', () => {
    expect(() => progressiveDtw(rows([1, 0]), rows([1, 0]), 1)).toThrow('hypothesis: wanted more than 1 row of 1 coordinates and a counter')
  })
})
