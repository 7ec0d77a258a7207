import { expect, it } from 'vitest'
import { boneLengths } from './bone_lengths.js'
import { rigidMotion } from './rig.testing.js'
import { mirrored } from './sides.js'
import { COORDS, joint } from './skeleton.js'
import { turnAboutVertical, turnInPicture } from './turn.js'

const motion = rigidMotion(12, 5)
const lengthsOf = (joints: Float32Array) => boneLengths({ ...motion, joints })
const worst = (a: Float64Array[], b: Float64Array[]) =>
  Math.max(...a.map((lengths, bone) => Math.max(...lengths.map((length, t) => Math.abs(length - b[bone]![t]!)))))

it('a turn about the vertical leaves heights and bones as they are, and a quarter turn brings depth to the side', () => {
  const turned = motion.joints.slice()
  turnAboutVertical(turned, 0.3)
  expect(worst(lengthsOf(turned), lengthsOf(motion.joints))).toBeLessThan(1e-6)
  expect(turned.filter((_, i) => i % 3 === 1)).toEqual(motion.joints.filter((_, i) => i % 3 === 1))
  const point = Float32Array.of(0, 2, 1)
  turnAboutVertical(point, Math.PI / 2)
  for (const [i, value] of [1, 2, 0].entries()) expect(point[i]).toBeCloseTo(value, 6)
})

it('a turn in the picture leaves depths and bones as they are, and a quarter turn brings right down', () => {
  const turned = motion.joints.slice()
  turnInPicture(turned, 0.3)
  expect(worst(lengthsOf(turned), lengthsOf(motion.joints))).toBeLessThan(1e-6)
  expect(turned.filter((_, i) => i % 3 === 2)).toEqual(motion.joints.filter((_, i) => i % 3 === 2))
  const point = Float32Array.of(1, 0, 2)
  turnInPicture(point, Math.PI / 2)
  for (const [i, value] of [0, 1, 2].entries()) expect(point[i]).toBeCloseTo(value, 6)
})

it('a mirror gives the left hand what the right one did, keeps bones, and undoes itself', () => {
  const seen = mirrored(motion.joints)
  const at = (joints: Float32Array, t: number, j: number) => [...joints.subarray(t * COORDS + j * 3, t * COORDS + j * 3 + 3)]
  for (const [one, other] of [
    [joint.leftHand, joint.rightHand],
    [joint.rightHand + 7, joint.leftHand + 7],
    [joint.leftElbow, joint.rightElbow],
    [joint.nose, joint.nose],
  ] as const) {
    const [x, y, z] = at(motion.joints, 7, other)
    expect(at(seen, 7, one)).toEqual([-x!, y, z])
  }
  expect(mirrored(seen)).toEqual(motion.joints)
  // The bones of the two sides change places with their joints.
  const own = Float64Array.from(lengthsOf(motion.joints), ([length]) => length!).sort()
  const now = Float64Array.from(lengthsOf(seen), ([length]) => length!).sort()
  for (const [i, length] of now.entries()) expect(Math.abs(length - own[i]!)).toBeLessThan(1e-6)
})
