import { Pose } from 'pose-format'
import { describe, expect, it } from 'vitest'
import { rigidMotion } from '../../motion/rig.testing.js'
import { encodePose, poseOfMotion } from './write.js'

it("is read by the field's own npm package, point for point", () => {
  const motion = { ...rigidMotion(5, 1), fps: 29.97 }
  const ours = poseOfMotion(motion)
  const { header, body } = Pose.from(Buffer.from(encodePose(ours)))
  expect(header).toMatchObject({ width: 512, height: 512, depth: 512 })
  expect(header.version).toBeCloseTo(0.2, 6)
  expect(header.components.map(({ name, points, limbs }) => ({ name, points, limbs: limbs.map(({ from, to }) => [from, to]) }))).toEqual(
    ours.components.map(({ name, points, limbs }) => ({ name, points, limbs })),
  )
  expect([body.fps, body.frames.length]).toEqual([Math.fround(29.97), 5])
  for (let t = 0; t < 5; t++) {
    // Its frames are a proxy that only numbers go into.
    const person = body.frames[t]!.people[0]!
    const points = header.components.flatMap(({ name }) => person[name]!)
    expect(points).toHaveLength(50)
    for (const [j, { X, Y, Z, C }] of points.entries())
      expect([X, Y, Z, C]).toEqual([...ours.data.subarray((t * 50 + j) * 3, (t * 50 + j) * 3 + 3), 1])
  }
})

describe('a number that is not finite', () => {
  const pose = poseOfMotion(rigidMotion(3, 2))
  const broken = pose.data.slice()
  broken[(50 + 7) * 3 + 1] = Number.NaN
  const unseen = pose.confidence.slice()
  unseen[50 + 7] = 0

  it('is refused in a point that was seen', () => {
    expect(() => encodePose({ ...pose, data: broken }, 'x.pose')).toThrow(
      'x.pose: wanted finite coordinates of a point that was seen, got NaN in frame 1, point 7',
    )
  })

  it('may be where nothing was seen', () => {
    expect(encodePose({ ...pose, data: broken, confidence: unseen })).toHaveLength(encodePose(pose).length)
  })

  it('is no confidence', () => {
    const confidence = pose.confidence.map((value, i) => (i === 3 ? Number.NaN : value))
    expect(() => encodePose({ ...pose, confidence }, 'x.pose')).toThrow('x.pose: wanted a confidence, got NaN in frame 0, point 3')
  })

  it('comes of a motion that strays beyond what the format holds', () => {
    const motion = rigidMotion(1, 2)
    motion.joints[0] = 3e38
    expect(() => encodePose(poseOfMotion(motion))).toThrow('got Infinity in frame 0, point 0')
  })
})
