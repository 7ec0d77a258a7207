import { describe, expect, it } from 'vitest'
import { boneJoints, boneJointsGrad } from '../src/kernels/bone_joints.js'
import { bonesFromNeck } from '../src/motion/skeleton.js'
import * as reference from '../src/reference/bone_joints.js'
import { dot, expectClose, expectGrad, finiteDifference, noise, runKernel } from './harness.js'

/** Clips with units and lengths of their own, directions about 1 long that are well away from 0. */
function clipsOf(clips: number, length: number, stride: number) {
  const size = { rows: clips * length, length, stride }
  const start = noise(150, 1).map((v) => Math.fround(v + Math.sign(v)))
  const centre = noise(150, 2)
  const scale = noise(150, 3, 0.2).map((v) => Math.fround(0.3 + v))
  const boneLength = noise(clips * 50, 4, 0.2).map((v) => Math.fround(0.25 + v))
  const place = Float64Array.from({ length: 600 }, (_, i) => {
    const [joint, which, c] = [Math.floor(i / 12), Math.floor(i / 4) % 3, i % 4]
    return c === 3 ? Number.NaN : [start, centre, scale][which]![3 * joint + c]!
  })
  return {
    size,
    places: { start, centre, scale, boneLength },
    place,
    x: noise(size.rows * stride, 5, 0.9),
    dy: noise(size.rows * stride, 6),
  }
}

// One frame; a workgroup short of one, full and one over; several clips, and rows wider than a frame needs.
const cases = [
  [1, 1, 152],
  [1, 31, 152],
  [2, 16, 152],
  [3, 11, 160],
  [5, 13, 152],
] as const

describe('bone_joints', () => {
  it('has a reference gradient that matches finite differences', () => {
    const { size, places, x, dy } = clipsOf(2, 1, 152)
    expectGrad(
      'dx',
      reference.boneJointsGrad(x, dy, places, size, bonesFromNeck),
      finiteDifference((at) => dot(reference.boneJoints(at, places, size, bonesFromNeck), dy), x),
    )
  })

  for (const [clips, length, stride] of cases)
    it(`matches the reference, both ways, for ${clips} clips of ${length} frames in rows of ${stride}`, async () => {
      const { size, places, place, x, dy } = clipsOf(clips, length, stride)
      const { boneLength } = places
      const { y } = await runKernel(boneJoints, { x, place, boneLength, y: x.length }, size)
      // Nine bones of at most 0.45 from a neck at most 2 out: nine sums, a norm and two quotients each, in units of 0.1 at least.
      const want = reference.boneJoints(x, places, size, bonesFromNeck)
      expectClose('y', y, want, { ulps: 16, scale: 60 })
      const { dx } = await runKernel(boneJointsGrad, { x, place, boneLength, dy, dx: x.length }, size)
      // Sums of up to 50 gradients of at most 10, of which a bone takes about its length.
      expectClose('dx', dx, reference.boneJointsGrad(x, dy, places, size, bonesFromNeck), { ulps: 16, scale: 500 * 0.45 })
    })

  it('gives every bone its length, however long its direction is', async () => {
    const { size, places, place, x } = clipsOf(2, 3, 152)
    // But for the neck, which is a position.
    const long = x.map((v, i) => (i % 7 === 0 && Math.floor((i % 152) / 3) !== 1 ? v * 1e6 : v))
    const { y } = await runKernel(boneJoints, { x: long, place, boneLength: places.boneLength, y: x.length }, size)
    for (let row = 0; row < size.rows; row++) {
      const jointAt = (joint: number) =>
        [0, 1, 2].map((c) => places.centre[3 * joint + c]! + places.scale[3 * joint + c]! * y[row * 152 + 3 * joint + c]!)
      for (const { from, to } of bonesFromNeck) {
        const [a, b] = [jointAt(from), jointAt(to)]
        const length = Math.hypot(...a.map((v, c) => v - b[c]!))
        expect(length).toBeCloseTo(places.boneLength[50 * Math.floor(row / size.length) + to]!, 5)
      }
    }
  })

  it('keeps a row of NaN from its neighbours, and from the gradient where none comes back', async () => {
    const { size, places, place, x, dy } = clipsOf(1, 5, 152)
    const { boneLength } = places
    const [broken, quiet] = [x.slice().fill(Number.NaN, 152, 304), dy.slice().fill(0, 152, 304)]
    const { y } = await runKernel(boneJoints, { x: broken, place, boneLength, y: x.length }, size)
    const { y: sound } = await runKernel(boneJoints, { x, place, boneLength, y: x.length }, size)
    for (const [from, to] of [
      [0, 152],
      [304, 760],
    ] as const)
      expect(y.subarray(from, to)).toEqual(sound.subarray(from, to))
    const { dx } = await runKernel(boneJointsGrad, { x: broken, place, boneLength, dy: quiet, dx: x.length }, size)
    const { dx: want } = await runKernel(boneJointsGrad, { x, place, boneLength, dy: quiet, dx: x.length }, size)
    expect(dx).toEqual(want)
    expect(dx.subarray(152, 304).every((v) => v === 0)).toBe(true)
  })
})
