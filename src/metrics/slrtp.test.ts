import { describe, expect, it } from 'vitest'
import type { Series } from './dtw.js'
import { slrtpScores } from './slrtp.js'

/** Three joints, of which the last two, the wrists, are at `x` and `-2x`. */
const wrists = (places: readonly number[]): Series => ({
  values: places.flatMap((x) => [0, 0, 0, x, 0, 0, -2 * x, 0, 0]),
  length: places.length,
})
const layout = { joints: 3, leftWrist: 1, rightWrist: 2 }

describe('slrtpScores', () => {
  it('weighs pairs by the frames of their paths', () => {
    // One frame apart by (0 + 1 + 2)/3 = 1, and three frames apart by nothing.
    const pairs = [
      { hypothesis: wrists([1]), reference: wrists([0]) },
      { hypothesis: wrists([0, 3, 9]), reference: wrists([0, 3, 9]) },
    ]
    for (const align of ['exact', 'fastdtw'] as const) {
      const { dtwMje, pairs: scored } = slrtpScores(pairs, { ...layout, align })
      expect(scored.map(({ mje }) => mje)).toEqual([1, 0])
      expect(dtwMje).toBeCloseTo(1 / 4, 12)
    }
  })

  it('takes a ratio of means for distance, and a mean of ratios for duration', () => {
    const pairs = [
      { hypothesis: wrists([0, 1]), reference: wrists([0, 9, 9, 9]) },
      { hypothesis: wrists([0, 1]), reference: wrists([0, 1]) },
    ]
    const { totalDistance, averageDuration } = slrtpScores(pairs, layout)
    expect(totalDistance).toBeCloseTo(2 / 10, 12)
    expect(averageDuration).toBe(0.75)
  })

  it('has no distance where a wrist moves in no reference', () => {
    expect(slrtpScores([{ hypothesis: wrists([0, 1]), reference: wrists([2]) }], layout).totalDistance).toBeNaN()
  })

  it('refuses no pairs, no frames and frames of another width, naming the side', () => {
    expect(() => slrtpScores([])).toThrow('wanted at least one pair')
    const still = wrists([0])
    expect(() => slrtpScores([{ hypothesis: wrists([]), reference: still }], layout)).toThrow('SLRTP hypothesis: wanted at least one frame')
    expect(() => slrtpScores([{ hypothesis: still, reference: still }])).toThrow('of 50 × 3 numbers, got 9 numbers in 1 frame')
  })
})
