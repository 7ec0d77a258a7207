import { describe, expect, it } from 'vitest'
import { boneLengths } from '../../motion/bone_lengths.js'
import { rigidMotion } from '../../motion/rig.testing.js'
import { arms, bones, COORDS, joint } from '../../motion/skeleton.js'
import { blend, measuredFrames, turnArms } from './join.js'

const GAP = 8
const { joints: all } = rigidMotion(40, 6)
/** Two postures of one body, the trunk of the first, and the gap between them filled as `data spell` fills it. */
function gap(slide: boolean, turned = true): Float32Array {
  const joints = new Float32Array((GAP + 2) * COORDS)
  joints.set(all.subarray(0, COORDS))
  joints.set(all.subarray(39 * COORDS), (GAP + 1) * COORDS)
  blend(joints, 0, GAP + 1)
  if (turned) turnArms(joints, 0, GAP + 1, arms, { slide })
  return joints
}

/** How far bones of arms and hands are from the lengths they have in the first frame, at worst, as a share. */
function stretch(joints: Float32Array): number {
  const lengths = boneLengths({ joints, frames: GAP + 2 }).filter((_, b) => bones[b]!.part !== 'head' && bones[b]!.part !== 'body')
  return Math.max(...lengths.flatMap((list) => [...list].map((length) => Math.abs(length / list[0]! - 1))))
}

describe('a turned join', () => {
  it.each([false, true])('keeps the bones of arms and hands, which straight lines do not (slide: %s)', (slide) => {
    expect(stretch(gap(slide))).toBeLessThan(1e-5)
    expect(stretch(gap(slide, false))).toBeGreaterThan(0.1)
  })

  it('leaves the trunk and both ends as they were', () => {
    const [turned, straight] = [gap(true), gap(true, false)]
    expect(turned.subarray(0, COORDS)).toEqual(straight.subarray(0, COORDS))
    expect(turned.subarray(-COORDS)).toEqual(straight.subarray(-COORDS))
    for (const j of [joint.nose, joint.neck, joint.leftShoulder, joint.rightShoulder])
      for (let t = 0; t < GAP + 2; t++)
        expect(turned.subarray(t * COORDS + j * 3, t * COORDS + j * 3 + 3)).toEqual(
          straight.subarray(t * COORDS + j * 3, t * COORDS + j * 3 + 3),
        )
  })

  it('slides a raised hand out to its own side and back', () => {
    const joints = new Float32Array((GAP + 2) * COORDS)
    for (let t = 0; t < GAP + 2; t++)
      for (const { side, shoulder, elbow, wrist, hand } of arms) {
        joints.set([side / 6, 0, 0], t * COORDS + shoulder * 3)
        joints.set([side / 6, 0.3, 0], t * COORDS + elbow * 3)
        for (let j = hand; j < hand + 21; j++) joints.set([side / 6, 0.05, 0], t * COORDS + j * 3)
        joints.set([side / 6, 0.05, 0], t * COORDS + wrist * 3)
      }
    turnArms(joints, 0, GAP + 1, arms, { slide: true })
    for (const { side, wrist } of arms) {
      const out = Array.from({ length: GAP + 2 }, (_, t) => side * joints[t * COORDS + wrist * 3]! - 1 / 6)
      expect(Math.max(...out)).toBeGreaterThan(0.1)
      expect([out[0], out.at(-1)].map((x) => Math.abs(x!) < 1e-6)).toEqual([true, true])
      expect(out.indexOf(Math.max(...out))).toBeOneOf([4, 5])
    }
  })
})

describe('the frames of a measured join', () => {
  const at = (distance: number): Float32Array => {
    const frame = new Float32Array(COORDS)
    frame[(joint.rightHand + 8) * 3] = distance
    return frame
  }
  const frames = (distance: number, fps = 25) => measuredFrames(at(0), at(distance), arms, fps)

  it('grow with the way of the fingertip that has the farthest to go, from 2 to 8', () => {
    expect([0, 0.1, 0.2, 0.3, 0.4, 1].map((distance) => frames(distance))).toEqual([2, 2, 3, 5, 7, 8])
    expect([frames(0, 50), frames(0.2, 50), frames(1, 50)]).toEqual([4, 7, 16])
  })

  it('are few for a hand that takes no part', () => expect(measuredFrames(at(0), at(1), [arms[1]], 25)).toBe(2))

  it('let no fingertip go faster than 2 a second, within the bounds', () => {
    const joints = new Float32Array(9 * COORDS)
    const count = frames(0.3) + 2
    joints.set(at(0.3), (count - 1) * COORDS)
    blend(joints, 0, count - 1)
    const x = Array.from({ length: count }, (_, t) => joints[t * COORDS + (joint.rightHand + 8) * 3]!)
    for (let t = 1; t < count; t++) expect((x[t]! - x[t - 1]!) * 25).toBeLessThan(2)
  })
})
