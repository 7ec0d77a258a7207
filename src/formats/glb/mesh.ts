// A body for the rig, so that a viewer has something to show: a slim octahedron along every bone, and a ball for the head.

import { vec3 } from 'gl-matrix'
import { rigBones, type Vector } from '../../motion/rig.js'
import { fingers, joint, type Part } from '../../motion/skeleton.js'
import { partColours } from '../part_colours.js'

/** Triangles, three corners each, nothing shared, so that every face is flat. */
export interface RigMesh {
  /** [corners, 3], at rest, in the units of `rest`. */
  readonly positions: Float32Array
  readonly normals: Float32Array
  /** [corners, 3], linear light as glTF wants it. */
  readonly colours: Float32Array
  /** [corners]: the one bone each corner moves with. */
  readonly bones: Uint8Array
}

/** Half as wide as it looks, in units of the motion; never more than a third of its length. */
const thickness = (part: Part): number => ((fingers as readonly Part[]).includes(part) ? 0.007 : 0.018)
/** Where along a bone it is widest. */
const WAIST = 0.2
/** As the pictures have it: about 0.6 of the shoulder width across. */
const HEAD_RADIUS = 0.095

type Triangle = readonly [Vector, Vector, Vector]

/** The mesh for bones that run from `starts` along `rest`, both [50] in units of the motion. Bones without length have none. */
export function rigMesh(starts: readonly Readonly<Vector>[], rest: readonly Readonly<Vector>[]): RigMesh {
  const faces: { triangle: Triangle; bone: number }[] = []
  for (const [bone, { part, end }] of rigBones.entries()) {
    const [start, along] = [starts[bone] as Vector, rest[bone] as Vector]
    if (!(vec3.length(along) > 1e-6)) continue
    faces.push(...octahedron(start, along, thickness(part)).map((triangle) => ({ triangle, bone })))
    if (end === joint.nose) faces.push(...ball(plus(start, along, 1), HEAD_RADIUS).map((triangle) => ({ triangle, bone })))
  }
  const corners = faces.length * 3
  const mesh = { positions: new Float32Array(corners * 3), normals: new Float32Array(corners * 3), colours: new Float32Array(corners * 3) }
  const bones = new Uint8Array(corners)
  for (const [f, { triangle, bone }] of faces.entries()) {
    const [a, b, c] = triangle
    const normal = vec3.normalize([0, 0, 0], vec3.cross([0, 0, 0], plus(b, a, -1), plus(c, a, -1)))
    const colour = partColours[rigBones[bone]!.part].map(linear)
    for (const [k, corner] of triangle.entries()) {
      mesh.positions.set(corner, (f * 3 + k) * 3)
      mesh.normals.set(normal, (f * 3 + k) * 3)
      mesh.colours.set(colour, (f * 3 + k) * 3)
      bones[f * 3 + k] = bone
    }
  }
  return { ...mesh, bones }
}

/** Eight faces from `start` by a square waist to the end of `along`. */
function octahedron(start: Vector, along: Vector, radius: number): Triangle[] {
  const wide = Math.min(radius, vec3.length(along) / 3)
  const helper: Vector = Math.abs(along[1]) < 0.9 * vec3.length(along) ? [0, 1, 0] : [1, 0, 0]
  const u = vec3.normalize([0, 0, 0], vec3.cross([0, 0, 0], along, helper)) as Vector
  const v = vec3.normalize([0, 0, 0], vec3.cross([0, 0, 0], along, u)) as Vector
  const [middle, end] = [plus(start, along, WAIST), plus(start, along, 1)]
  const waist = [plus(middle, u, wide), plus(middle, v, wide), plus(middle, u, -wide), plus(middle, v, -wide)]
  return waist.flatMap((corner, k): Triangle[] => {
    const next = waist[(k + 1) % 4]!
    return [
      [start, next, corner],
      [corner, next, end],
    ]
  })
}

/** A sphere of 128 faces: an octahedron's, each divided into 16. */
function ball(centre: Vector, radius: number): Triangle[] {
  const signs = [1, -1] as const
  const faces = signs.flatMap((x) =>
    signs.flatMap((y) =>
      signs.map(
        (z): Triangle =>
          x * y * z > 0
            ? [
                [x, 0, 0],
                [0, y, 0],
                [0, 0, z],
              ]
            : [
                [x, 0, 0],
                [0, 0, z],
                [0, y, 0],
              ],
      ),
    ),
  )
  const round = faces.flatMap(divided).flatMap(divided)
  return round.map(
    (face) => face.map((corner) => plus(centre, vec3.normalize([0, 0, 0], corner) as Vector, radius)) as [Vector, Vector, Vector],
  )
}

function divided([a, b, c]: Triangle): Triangle[] {
  const between = (p: Vector, q: Vector): Vector => vec3.normalize([0, 0, 0], plus(p, q, 1)) as Vector
  const [ab, bc, ca] = [between(a, b), between(b, c), between(c, a)]
  return [
    [a, ab, ca],
    [ab, b, bc],
    [ca, bc, c],
    [ab, bc, ca],
  ]
}

function plus(a: Vector, b: Vector, times: number): Vector {
  return vec3.scaleAndAdd([0, 0, 0], a, b, times) as Vector
}

/** From the byte of a picture to light, by the sRGB curve. */
function linear(byte: number): number {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}
