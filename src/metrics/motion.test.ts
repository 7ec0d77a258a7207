import { describe, expect, it } from 'vitest'
import { syntheticCorpus } from '../data/synthetic/corpus.js'
import type { Motion } from '../motion/clip.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { boneLengthDeviation, durationRatio, poseStd, poseStdRatio, speed, wristPathRatio } from './motion.js'

const clip = syntheticCorpus({ languages: ['LSA'], clipsPerLanguage: 10 }).train[0]!

/** The motion around its own first frame, `share` times as large. */
function scaled(motion: Motion, share: number): Motion {
  return { ...motion, joints: motion.joints.map((value, i) => motion.joints[i % COORDS]! * (1 - share) + value * share) }
}

/** Joints that stand still but for one, which moves along x. */
function moving(index: number, places: readonly number[]): Motion {
  const joints = new Float32Array(places.length * COORDS)
  for (const [i, x] of places.entries()) joints[i * COORDS + index * 3] = x
  return { joints, frames: places.length, fps: 25 }
}

describe('wristPathRatio', () => {
  it('is 1 for the reference itself, and the share for a smaller motion', () => {
    expect(wristPathRatio(clip, clip)).toBe(1)
    expect(wristPathRatio(clip, scaled(clip, 0.25))).toBeCloseTo(0.25, 4)
    expect(wristPathRatio(clip, scaled(clip, 0))).toBeCloseTo(0, 4)
  })

  it('adds up the whole path, there and back', () => {
    expect(wristPathRatio(moving(joint.leftWrist, [0, 1, 0]), moving(joint.leftWrist, [0, 0.5, 0.5]))).toBeCloseTo(0.25, 6)
  })

  it('leaves out a hand that rests in the reference', () => {
    const both = moving(joint.leftWrist, [0, 1, 0])
    both.joints[COORDS + joint.rightWrist * 3] = 9
    expect(wristPathRatio(moving(joint.leftWrist, [0, 1, 0]), both)).toBe(1)
    expect(wristPathRatio(both, moving(joint.leftWrist, [0, 1, 0]))).toBe(0.5)
  })

  it('is NaN where no hand moves', () => {
    expect(wristPathRatio(scaled(clip, 0), clip)).toBeNaN()
  })
})

describe('durationRatio', () => {
  it('compares seconds, not frames', () => {
    expect(durationRatio({ frames: 50, fps: 25 }, { frames: 50, fps: 50 })).toBe(0.5)
  })
})

describe('poseStdRatio', () => {
  it('is the share of the spread, 0 for a still pose', () => {
    expect(poseStdRatio(clip, scaled(clip, 0.5))).toBeCloseTo(0.5, 4)
    expect(poseStdRatio(clip, scaled(clip, 0))).toBeCloseTo(0, 4)
    expect(poseStdRatio(moving(0, [1, 1]), clip)).toBeNaN()
  })
})

describe('boneLengthDeviation', () => {
  it('is 0 for a rigid skeleton and grows when joints are averaged apart', () => {
    expect(boneLengthDeviation(clip)).toBeLessThan(1e-5)
    expect(boneLengthDeviation(scaled(clip, 0.5))).toBeGreaterThan(0.01)
  })

  it('is the relative standard deviation of a bone', () => {
    // Only nose to neck has a length: 1, then 3. Mean 2, deviation 1.
    expect(boneLengthDeviation(moving(joint.nose, [1, 3]))).toBeCloseTo(0.5, 6)
  })
})

describe('speed', () => {
  it('counts shoulder widths a second, of the joints asked for', () => {
    // A sixth of a unit a frame is half a shoulder width.
    expect(speed(moving(joint.nose, [0, 1 / 6, 1 / 3]), [joint.nose])).toBeCloseTo(25 / 2, 4)
    expect(speed(moving(joint.nose, [0, 1 / 6, 1 / 3]))).toBeCloseTo(25 / 2 / 50, 4)
    expect(speed(moving(joint.nose, [0, 1 / 6]), [joint.neck])).toBe(0)
    expect(speed(moving(joint.nose, [0]))).toBeNaN()
  })
})

describe('poseStd', () => {
  it('is that of the joints asked for', () => {
    expect(poseStd(moving(joint.nose, [0, 2]), [joint.nose])).toBeCloseTo(Math.sqrt(1 / 3), 12)
    expect(poseStd(moving(joint.nose, [0, 2]), [joint.neck])).toBe(0)
  })
})
