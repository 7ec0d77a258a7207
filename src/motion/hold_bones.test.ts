import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { boneLengthSpread, boneLengths, medianBoneLengths } from './bone_lengths.js'
import { BoneHold, holdBones } from './hold_bones.js'
import { bones, bonesFromNeck, COORDS, joint } from './skeleton.js'

const random = new Random(5)
const numbers = (n: number) => Float32Array.from({ length: n }, () => 0.3 * random.normal())
const start = numbers(COORDS)
const lengths = Float32Array.from(bones, (_, bone) => 0.03 + 0.01 * bone)
const motion = { joints: numbers(9 * COORDS), frames: 9, fps: 25 }
const held = holdBones(motion, lengths, start)

/** From the joint that a bone hangs from to the one it places, as a unit vector. */
function direction(frame: Float32Array, bone: number): number[] {
  const { from, to } = bonesFromNeck[bone]!
  const along = [0, 1, 2].map((c) => frame[3 * to + c]! - frame[3 * from + c]!)
  const length = Math.hypot(...along)
  return along.map((d) => d / length)
}
const frameOf = ({ joints }: { joints: Float32Array }, t: number) => joints.subarray(t * COORDS, (t + 1) * COORDS)

describe('the bones as they hang from the neck', () => {
  it('place every joint but the neck once, each from a joint that is placed', () => {
    const placed = new Set<number>([joint.neck])
    for (const { from, to } of bonesFromNeck) {
      expect([placed.has(from), placed.has(to)]).toEqual([true, false])
      placed.add(to)
    }
    expect(placed.size).toBe(50)
  })
})

describe('held bones', () => {
  it('have the lengths they are held to, in every frame, and vary by roundings alone', () => {
    boneLengths(held).forEach((all, bone) => {
      for (const length of all) expect(length).toBeCloseTo(lengths[bone]!, 6)
    })
    for (const spread of boneLengthSpread(held)) expect(spread).toBeLessThan(1e-5)
    expect(Math.max(...boneLengthSpread(motion))).toBeGreaterThan(0.3)
  })

  it('keep the neck its place, and move joints by less than if every bone kept its direction', () => {
    let [held2, straight2] = [0, 0]
    for (let t = 0; t < motion.frames; t++) {
      const [before, after] = [frameOf(motion, t), frameOf(held, t)]
      expect(after.subarray(3, 6)).toEqual(before.subarray(3, 6))
      const straight = before.slice()
      for (const { from, to, bone } of bonesFromNeck)
        direction(before, bone).forEach((d, c) => {
          straight[3 * to + c] = straight[3 * from + c]! + lengths[bone]! * d
        })
      for (let i = 0; i < COORDS; i++) {
        held2 += (after[i]! - before[i]!) ** 2
        straight2 += (straight[i]! - before[i]!) ** 2
      }
    }
    expect(held2).toBeLessThan(straight2 / 2)
  })

  it('leave a hand where it is that the arm can reach: the elbow gives way', () => {
    const pose = frameOf(held, 0).slice()
    // A left arm that hangs to the elbow and is bent there by a right angle.
    const arm = [
      [joint.leftShoulder, 0.17, 0],
      [joint.leftElbow, 0.17, 0.3],
      [joint.leftWrist, 0.45, 0.3],
      [joint.leftHand, 0.47, 0.3],
    ] as const
    for (const [j, x, y] of arm) pose.set([pose[3]! + x, pose[4]! + y, pose[5]!], 3 * j)
    const own = Float32Array.from(medianBoneLengths({ joints: pose, frames: 1 }))
    const upper = bones.findIndex(({ child }) => child === joint.leftElbow)
    const bent = new BoneHold(
      own.map((length, bone) => (bone === upper ? 1.05 * length : length)),
      start,
    ).hold(pose)
    const movedBy = (j: number) => Math.hypot(...[0, 1, 2].map((c) => bent[3 * j + c]! - pose[3 * j + c]!))
    expect(movedBy(joint.leftElbow)).toBeGreaterThan(5 * movedBy(joint.leftHand))
    for (let j = joint.rightHand; j < 50; j++) expect(movedBy(j)).toBeLessThan(1e-5)
  })

  it('stay where they are when they have these lengths already', () => {
    const again = holdBones(held, Float32Array.from(medianBoneLengths(held)), start)
    again.joints.forEach((value, i) => {
      expect(Math.abs(value - held.joints[i]!)).toBeLessThan(1e-6)
    })
  })

  it('without a direction point as in the frame before, at first as in the start frame, and else down', () => {
    const still = frameOf(motion, 0).slice()
    const [wrist, hand] = [3 * joint.leftWrist, 3 * joint.leftHand]
    still.copyWithin(hand, wrist, wrist + 3)
    const bone = bones.findIndex(({ child }) => child === joint.leftHand)
    const expectDirection = (frame: Float32Array, want: readonly number[]) =>
      direction(frame, bone).forEach((d, c) => {
        expect(d).toBeCloseTo(want[c]!, 5)
      })
    const hold = new BoneHold(lengths, start)
    expectDirection(hold.hold(still), direction(start, bone))
    const moved = hold.hold(frameOf(motion, 1))
    expectDirection(hold.hold(still), direction(moved, bone))
    expectDirection(new BoneHold(lengths, new Float32Array(COORDS)).hold(still), [0, 1, 0])
  })

  it('leave what follows the coordinates, and the frame they are given, as they are', () => {
    const frame = Float32Array.of(...frameOf(motion, 2), 0.25)
    const copy = frame.slice()
    expect(new BoneHold(lengths, start).hold(frame)).toEqual(
      Float32Array.of(...new BoneHold(lengths, start).hold(frameOf(motion, 2)), 0.25),
    )
    expect(frame).toEqual(copy)
  })
})
