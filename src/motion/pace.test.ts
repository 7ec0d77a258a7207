import { describe, expect, it } from 'vitest'
import { boneLengths } from './bone_lengths.js'
import { inFrames } from './pace.js'
import { rigidMotion } from './rig.testing.js'
import { COORDS, joint } from './skeleton.js'

const FRAMES = 30
const motion = rigidMotion(FRAMES, 3)

/** The farthest that any bone of a motion is from the length it has in the first frame of `motion`. */
function stretch(joints: Float32Array, frames: number): number {
  const own = boneLengths({ joints: motion.joints.subarray(0, COORDS), frames: 1 }).map(([length]) => length!)
  const differences = boneLengths({ joints, frames }).map((lengths, bone) => Math.max(...lengths.map((l) => Math.abs(l - own[bone]!))))
  return Math.max(...differences)
}

describe('a motion at another pace', () => {
  it.each([15, 27, 31, 60])('of %i frames keeps its bones, its first frame and its last', (wanted) => {
    const joints = inFrames(motion.joints, FRAMES, wanted)
    expect(joints.length).toBe(wanted * COORDS)
    expect(stretch(joints, wanted)).toBeLessThan(1e-6)
    expect(joints.subarray(0, COORDS)).toEqual(motion.joints.subarray(0, COORDS))
    expect(joints.subarray(-COORDS)).toEqual(motion.joints.subarray(-COORDS))
  })

  it('passes through the frames that it had, and nears each from both sides', () => {
    const joints = inFrames(motion.joints, FRAMES, 2 * FRAMES - 1)
    const distance = (a: Float32Array, s: number, b: Float32Array, t: number): number =>
      Math.hypot(...Array.from({ length: COORDS }, (_, i) => a[s * COORDS + i]! - b[t * COORDS + i]!))
    for (let t = 0; t < FRAMES; t++) expect(distance(joints, 2 * t, motion.joints, t)).toBe(0)
    for (let t = 0; t + 1 < FRAMES; t++) {
      const step = distance(motion.joints, t, motion.joints, t + 1)
      for (const end of [t, t + 1]) expect(distance(joints, 2 * t + 1, motion.joints, end)).toBeLessThan(0.6 * step)
    }
  })

  it('is the same motion in as many frames as it has, and its middle in one', () => {
    expect(inFrames(motion.joints, FRAMES, FRAMES)).toEqual(motion.joints)
    expect(inFrames(motion.joints.subarray(0, 9 * COORDS), 9, 1)).toEqual(motion.joints.subarray(4 * COORDS, 5 * COORDS))
    expect(inFrames(motion.joints.subarray(0, COORDS), 1, 1)).toEqual(motion.joints.subarray(0, COORDS))
  })

  it('has no NaN where a bone has no length or turns right round', () => {
    const joints = new Float32Array(2 * COORDS)
    joints[joint.nose * 3 + 1] = -0.2
    joints[COORDS + joint.nose * 3 + 1] = 0.2
    const heights = [0, 1, 2, 3].map((t) => inFrames(joints, 2, 4)[t * COORDS + joint.nose * 3 + 1]!)
    for (const [i, height] of [-0.2, -0.2, 0.2, 0.2].entries()) expect(heights[i]).toBeCloseTo(height, 6)
    expect(inFrames(joints, 2, 3).every(Number.isFinite)).toBe(true)
  })
})
