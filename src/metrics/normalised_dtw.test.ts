import { describe, expect, it } from 'vitest'
import { COORDS } from '../motion/skeleton.js'
import { normalisedDtw } from './normalised_dtw.js'
import { walk } from './series.testing.js'

const motion = (seed: number, frames: number) => ({ joints: Float32Array.from(walk(seed, frames, COORDS).values), frames })

/** Every coordinate x of frame i is `levels[i]`; y and z are 0. */
const sideways = (levels: readonly number[]) => ({
  joints: Float32Array.from({ length: levels.length * COORDS }, (_, at) => (at % 3 === 0 ? levels[Math.floor(at / COORDS)]! : 0)),
  frames: levels.length,
})

describe('normalisedDtw', () => {
  it('is a constant offset’s length in shoulder widths, however long the clips are', () => {
    for (const frames of [1, 4, 9]) {
      const still = sideways(Array(frames).fill(0))
      expect(normalisedDtw(still, sideways(Array(3).fill(0.5))).distance).toBeCloseTo(1.5, 12)
    }
  })

  it('weighs a diagonal step twice', () => {
    // (0,0) (1,1) diagonally: (2·0 + 2·1) / 4.
    expect(normalisedDtw(sideways([0, 1]), sideways([0, 2])).distance).toBeCloseTo(3 * 0.5, 12)
    // (0,0) (1,0) (2,1): (2·0 + 1 + 2·0) / 5.
    expect(normalisedDtw(sideways([0, 1, 2]), sideways([0, 2])).distance).toBeCloseTo(3 / 5, 12)
  })

  it('is the same both ways round, and the mean of what its joints say', () => {
    const [a, b] = [motion(1, 7), motion(2, 12)]
    const { distance, byJoint } = normalisedDtw(a, b)
    expect(normalisedDtw(b, a).distance).toBeCloseTo(distance, 12)
    expect(byJoint.reduce((sum, value) => sum + value, 0) / byJoint.length).toBeCloseTo(distance, 12)
  })

  it('refuses a motion without frames, naming the side', () => {
    expect(() => normalisedDtw(motion(1, 1), sideways([]))).toThrow('DTW hypothesis: wanted at least one frame')
  })
})
