import { describe, expect, it } from 'vitest'
import { JOINTS, joint } from '../motion/skeleton.js'
import { initialLengths } from './initial_lengths.js'
import { published, publishedClip, publishedNames } from './lift.testing.js'

describe('initialLengths', () => {
  it('takes the lower median over frames, of both sides together', () => {
    const frames = 2
    const keypoints = new Float32Array(frames * JOINTS * 3)
    const place = (t: number, j: number, x: number) => keypoints.set([x, 0, 1], (t * JOINTS + j) * 3)
    place(0, joint.neck, 0)
    // Four shoulders at 3, 4, 5 and 7 from the neck: the middle is between 4 and 5.
    place(0, joint.rightShoulder, -7)
    place(0, joint.leftShoulder, 4)
    place(1, joint.rightShoulder, -3)
    place(1, joint.leftShoulder, 5)
    expect(initialLengths(keypoints, frames)[1]).toBe(4)
  })

  it('asks only bones whose joints are both seen in the clip, and scales the usual length of others', () => {
    const keypoints = new Float32Array(JOINTS * 3)
    const place = (j: number, x: number, y: number) => keypoints.set([x, y, 1], j * 3)
    place(joint.neck, 100, 100)
    place(joint.rightShoulder, 100 - 16.7, 100)
    place(joint.rightElbow, 100 - 16.7, 130)
    // The left arm is never seen: it stands at 0, 0, far from the shoulder.
    place(joint.leftShoulder, 100 + 16.7, 100)
    const lengths = initialLengths(keypoints, 1)
    expect([lengths[1], lengths[2]]).toEqual([expect.closeTo(16.7, 3), expect.closeTo(30, 4)])
    // 30 for an upper arm that is usually 0.306: the others are 98 times their usual length too.
    expect(lengths[3]).toBeCloseTo((0.25 * 30) / 0.306, 3)
  })

  it('gives a bone nobody saw a length that has a logarithm', () => {
    expect([...initialLengths(new Float32Array(JOINTS * 3), 1)]).toEqual(Array(25).fill(1e-6))
  })

  it.skipIf(!published)('finds what an independent program finds in a published clip', async () => {
    const { keypoints, frames } = await publishedClip(publishedNames[0])
    const lengths = initialLengths(keypoints, frames)
    for (const [id, log] of [-0.2243, -0.4601, 0.1282, -0.1727, -2.267, -2.0986].entries()) {
      expect(Math.log(lengths[id]!), `length ${id}`).toBeCloseTo(log, 4)
    }
  })
})
