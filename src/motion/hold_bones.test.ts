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

  it('keep their directions, and the neck its place', () => {
    for (let t = 0; t < motion.frames; t++) {
      const [before, after] = [frameOf(motion, t), frameOf(held, t)]
      expect(after.subarray(3, 6)).toEqual(before.subarray(3, 6))
      for (const bone of bones.keys())
        direction(after, bone).forEach((d, c) => {
          expect(d).toBeCloseTo(direction(before, bone)[c]!, 5)
        })
    }
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
