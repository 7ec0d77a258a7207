import { describe, expect, it } from 'vitest'
import { neverSeen } from '../motion/keypoints.js'
import { JOINTS, joint } from '../motion/skeleton.js'
import { initialLengths } from './initial_lengths.js'
import { published, publishedClip, publishedNames } from './lift.testing.js'

/** A clip of 50 joints that nobody saw, and how to put one somewhere. */
function blank(frames: number) {
  const keypoints = new Float32Array(frames * JOINTS * 3)
  const place = (t: number, j: number, x: number, y = 0) => keypoints.set([x, y, 1], (t * JOINTS + j) * 3)
  const lengths = () => initialLengths(keypoints, frames, neverSeen({ keypoints, frames }))
  return { keypoints, place, lengths }
}

describe('initialLengths', () => {
  it('takes the lower median over frames, of both sides together', () => {
    const { place, lengths } = blank(2)
    for (const t of [0, 1]) place(t, joint.neck, 0)
    // Four shoulders at 3, 4, 5 and 7 from the neck: the middle is between 4 and 5.
    place(0, joint.rightShoulder, -7)
    place(0, joint.leftShoulder, 4)
    place(1, joint.rightShoulder, -3)
    place(1, joint.leftShoulder, 5)
    expect(lengths().lengths[1]).toBe(4)
  })

  it('asks only frames that show the bone, and the side that is seen', () => {
    const { keypoints, place, lengths } = blank(5)
    for (const t of [0, 1, 2, 3, 4]) {
      for (const j of [joint.rightElbow, joint.leftElbow, joint.leftWrist]) place(t, j, 10)
      // The elbow is seen once, the left wrist stands on its elbow, and the wrist is filled in where it was not seen.
      place(t, joint.rightWrist, 10, t === 0 ? 3 : 40)
      if (t > 0) keypoints[(t * JOINTS + joint.rightWrist) * 3 + 2] = 0
    }
    const { lengths: found, seen } = lengths()
    expect([found[3], seen[3]]).toEqual([3, true])
  })

  it('takes what was filled in where no frame shows both ends', () => {
    const { keypoints, place, lengths } = blank(2)
    for (const t of [0, 1]) {
      place(t, joint.rightElbow, 0)
      place(t, joint.rightWrist, 0, 7)
      keypoints[(t * JOINTS + [joint.rightElbow, joint.rightWrist][t]!) * 3 + 2] = 0
    }
    const { lengths: found, seen } = lengths()
    expect([found[3], seen[3]]).toEqual([7, true])
  })

  it('takes the root of the hand for a wrist that is never seen', () => {
    const { place, lengths } = blank(1)
    place(0, joint.rightElbow, 0)
    place(0, joint.rightHand, 0, 6)
    expect(lengths().lengths[3]).toBe(6)
  })

  it('gives a bone nobody saw the proportions of a body, in the scale of what was seen', () => {
    const { place, lengths } = blank(1)
    place(0, joint.neck, 0)
    place(0, joint.leftShoulder, 2)
    const { lengths: found, seen } = lengths()
    expect(seen).toEqual(Array.from({ length: 25 }, (_, id) => id === 1))
    const nobody = blank(1).lengths().lengths
    for (const [id, length] of found.entries()) {
      expect(length).toBeGreaterThan(0)
      expect(length / 2).toBeCloseTo(nobody[id]! / nobody[1]!, 10)
    }
    // An upper arm is nearly a shoulder's width, a forearm shorter, a finger shorter still.
    expect([found[2]! > 3, found[3]! < found[2]!, found[12]! < found[3]! / 5]).toEqual([true, true, true])
  })

  it.skipIf(!published)('finds what an independent program finds in a published clip', async () => {
    const { keypoints, frames } = await publishedClip(publishedNames[0])
    const { lengths, seen } = initialLengths(keypoints, frames, [])
    expect(seen.every(Boolean)).toBe(true)
    for (const [id, log] of [-0.2243, -0.4601, 0.1282, -0.1727, -2.267, -2.0986].entries()) {
      expect(Math.log(lengths[id]!), `length ${id}`).toBeCloseTo(log, 4)
    }
  })
})
