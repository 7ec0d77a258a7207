import { describe, expect, it } from 'vitest'
import { JOINTS, joint } from '../motion/skeleton.js'
import { initialLengths } from './initial_lengths.js'
import { published, publishedClip, publishedNames } from './lift.testing.js'

describe('initialLengths', () => {
  it('takes the lower median over frames, of both sides together', () => {
    const frames = 2
    const keypoints = new Float32Array(frames * JOINTS * 3)
    const place = (t: number, j: number, x: number) => keypoints.set([x, 0, 1], (t * JOINTS + j) * 3)
    // Four shoulders at 3, 4, 5 and 7 from the neck: the middle is between 4 and 5.
    place(0, joint.rightShoulder, -7)
    place(0, joint.leftShoulder, 4)
    place(1, joint.rightShoulder, -3)
    place(1, joint.leftShoulder, 5)
    expect(initialLengths(keypoints, frames)[1]).toBe(4)
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
