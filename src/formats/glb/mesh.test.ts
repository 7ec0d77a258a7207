import { expect, it } from 'vitest'
import { rigBones, type Vector } from '../../motion/rig.js'
import { rigMesh } from './mesh.js'

const rest = rigBones.map(({ rest: [x, y, z] }): Vector => [0.1 * x, 0.1 * y, 0.1 * z])
const starts = rest.map((_, b): Vector => [b, 2 * b, -b])
const cornersOf = (values: Float32Array, face: number): Vector[] =>
  [0, 1, 2].map((k) => [...values.subarray((face * 3 + k) * 3, (face * 3 + k) * 3 + 3)] as Vector)
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

it('turns every face outwards, with its own normal', () => {
  const { positions, normals, bones } = rigMesh(starts, rest)
  for (let face = 0; face < bones.length / 3; face++) {
    const [a, b, c] = cornersOf(positions, face) as [Vector, Vector, Vector]
    const bone = bones[face * 3]!
    const minus = (p: Vector, q: Vector): Vector => [p[0] - q[0], p[1] - q[1], p[2] - q[2]]
    const [u, v] = [minus(b, a), minus(c, a)]
    const wound: Vector = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
    const normal = cornersOf(normals, face)[0]!
    expect(dot(normal, normal)).toBeCloseTo(1, 5)
    expect(dot(wound, normal)).toBeGreaterThan(0)
    // The head's faces look away from the nose, a bone's from a point just inside its widest place.
    const centre = face >= 8 && bone === 1 ? 1 : 0.2
    const inside: Vector = [0, 1, 2].map((axis) => starts[bone]![axis]! + centre * rest[bone]![axis]!) as Vector
    expect(dot(normal, minus(a, inside))).toBeGreaterThan(0)
  }
})

it('gives bones without length no faces', () => {
  const none = rest.map((): Vector => [0, 0, 0])
  expect(rigMesh(starts, none).bones).toHaveLength(0)
  // 49 octahedra, and the head's ball.
  expect(rigMesh(starts, rest).bones).toHaveLength((49 * 8 + 128) * 3)
})
