import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { COORDS, joint } from '../motion/skeleton.js'
import { normalise, shoulderWidth } from './normalise.js'

/** Noise, the shoulders put well apart: frames where they nearly coincide follow a rule of their own. */
function noise(frames: number, seed: number): Float32Array {
  const random = new Random(seed)
  const joints = Float32Array.from({ length: frames * COORDS }, () => random.normal() * 100 + 250)
  for (let t = 0; t < frames; t++)
    joints[t * COORDS + joint.leftShoulder * 3] = joints[t * COORDS + joint.rightShoulder * 3]! + 200 + 50 * random.uniform()
  return joints
}

describe('normalise', () => {
  it('puts the neck at exactly 0 and the shoulders 1/3 apart in every frame', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), (seed, frames) => {
        const out = normalise(noise(frames, seed), frames)
        for (let t = 0; t < frames; t++) {
          expect([...out.subarray(t * COORDS + joint.neck * 3, t * COORDS + joint.neck * 3 + 3)]).toEqual([0, 0, 0])
          expect(shoulderWidth(out, t)).toBeCloseTo(1 / 3, 5)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('does not see where the signer stood nor how large the picture was', () => {
    const a = noise(4, 1)
    const b = a.map((value) => value * 3.5 + 40)
    const [na, nb] = [normalise(a, 4), normalise(b, 4)]
    for (const [i, value] of na.entries()) expect(Math.abs(value - nb[i]!)).toBeLessThan(1e-4)
  })

  it('keeps what is normal as it is', () => {
    const once = normalise(noise(3, 2), 3)
    for (const [i, value] of normalise(once, 3).entries()) expect(value).toBeCloseTo(once[i]!, 5)
  })

  it.each([0, 0.3, 5])(
    'takes the median of the clip where the shoulders of a frame are %d of it apart, and puts them 1/3 apart',
    (share) => {
      const joints = noise(5, 3)
      for (let axis = 0; axis < 2; axis++) {
        const [right, left] = [2 * COORDS + joint.rightShoulder * 3 + axis, 2 * COORDS + joint.leftShoulder * 3 + axis]
        joints[left] = joints[right]! + share * (axis === 0 ? 250 : 0)
      }
      const out = normalise(joints, 5)
      expect(shoulderWidth(out, 2)).toBeCloseTo(1 / 3, 5)
      const wrist = joint.leftWrist * 3
      const scale = (t: number): number =>
        (out[t * COORDS + wrist]! - out[t * COORDS]!) / (joints[t * COORDS + wrist]! - joints[t * COORDS]!)
      expect(scale(2) / scale(1)).toBeGreaterThan(0.4)
      expect(scale(2) / scale(1)).toBeLessThan(2.5)
      const largest = out.subarray(2 * COORDS, 3 * COORDS).reduce((max, value) => Math.max(max, Math.abs(value)), 0)
      expect(largest).toBeLessThan(10)
    },
  )

  it("keeps a turn of the trunk when dividing by the clip's median", () => {
    const joints = noise(3, 4)
    const out = normalise(joints, 3, { by: 'clip' })
    const ratios = [0, 1, 2].map((t) => shoulderWidth(out, t) / shoulderWidth(joints, t))
    expect(ratios[1]).toBeCloseTo(ratios[0]!, 6)
    expect(ratios[2]).toBeCloseTo(ratios[0]!, 6)
    expect([0, 1, 2].map((t) => shoulderWidth(out, t)).sort()[1]).toBeCloseTo(1 / 3, 5)
  })

  it('names the joint that is not finite', () => {
    const joints = noise(2, 5)
    joints[COORDS + 7] = Number.POSITIVE_INFINITY
    expect(() => normalise(joints, 2, { who: 'train.skels:9' })).toThrow(/^train\.skels:9: .*got Infinity in frame 1, joint 2 y/)
  })

  it('refuses a clip without shoulders and one without frames', () => {
    expect(() => normalise(new Float32Array(COORDS), 1)).toThrow(/shoulders apart/)
    expect(() => normalise(new Float32Array(0), 0)).toThrow(/got 0 numbers in 0 frames/)
  })
})
