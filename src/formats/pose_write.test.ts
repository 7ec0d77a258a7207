import { Pose } from 'pose-format'
import { expect, it } from 'vitest'
import { rigidMotion } from '../motion/rig.testing.js'
import { encodePose, poseOfMotion } from './pose_write.js'

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
