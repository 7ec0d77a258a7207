// Writes `.bvh`, the motion-capture text file every animation program reads: a tree of joints with offsets, then a line of angles a frame.
//
// Centimetres, y up, the signer looking along +z, the neck where the motion has it (at 0, normalised). Rotations are in degrees in the order Z X Y, that is
// turn = Z * X * Y: with arms out at rest, the angle in the middle is the one about the arm itself, which never comes near the 90 degrees where the others
// would be undefined. In Blender, import at a scale of 0.01.

import { writeWhole } from '../base/files.js'
import type { Motion } from '../motion/clip.js'
import { rigBones, type Vector } from '../motion/rig.js'
import { type RigPoses, rigPoses } from '../motion/rig_poses.js'

/** Metres a unit of the motion: shoulders 1/3 apart become 0.36 m, those of a grown person. */
export const METRES = 1.08
const CENTIMETRES = METRES * 100

/** Writes a motion as BVH. Throws ERR_DATA for a malformed motion or a coordinate that is not finite, ERR_OUTPUT where `path` cannot be written. */
export async function writeBvh(path: string, motion: Motion): Promise<void> {
  await writeWhole(path, encodeBvh(motion, path))
}

/** The text of a BVH file. `who` is named in errors. */
export function encodeBvh(motion: Motion, who = 'bvh'): string {
  const poses = rigPoses(motion, who)
  const order: number[] = []
  const hierarchy = jointLines(0, poses, order)
  const head = ['HIERARCHY', ...hierarchy, 'MOTION', `Frames: ${poses.frames}`, `Frame Time: ${(1 / poses.fps).toFixed(8)}`]
  return `${[...head, ...frameLines(poses, order)].join('\n')}\n`
}

/** A bone and all that hangs on it; `order` collects the bones as they come, which is the order of a frame's numbers. */
function jointLines(b: number, poses: RigPoses, order: number[]): string[] {
  order.push(b)
  const { name, parent } = rigBones[b]!
  const children = rigBones.flatMap((bone, child) => (bone.parent === b ? [child] : []))
  const rotations = 'Zrotation Xrotation Yrotation'
  return [
    `${parent < 0 ? 'ROOT' : 'JOINT'} ${name}`,
    '{',
    // A bone sits at the end of the one it hangs on.
    `  OFFSET ${centimetres(poses.rest[parent] ?? [0, 0, 0])}`,
    `  CHANNELS ${parent < 0 ? `6 Xposition Yposition Zposition ${rotations}` : `3 ${rotations}`}`,
    ...children.flatMap((child) => jointLines(child, poses, order)).map((line) => `  ${line}`),
    ...(children.length > 0 ? [] : ['  End Site', '  {', `    OFFSET ${centimetres(poses.rest[b]!)}`, '  }']),
    '}',
  ]
}

function centimetres(vector: Readonly<Vector>): string {
  return vector.map((value) => decimals(value * CENTIMETRES, 5)).join(' ')
}

function frameLines({ frames, place, turns }: RigPoses, order: readonly number[]): string[] {
  const before = rigBones.map((): Vector => [0, 0, 0])
  return Array.from({ length: frames }, (_, frame) => {
    const angles = order.flatMap((b) => {
      const at = (frame * rigBones.length + b) * 4
      before[b] = nearest(eulerZxy([turns[at]!, turns[at + 1]!, turns[at + 2]!, turns[at + 3]!]), before[b]!)
      return before[b]!.map((angle) => decimals(angle, 4))
    })
    return [centimetres([place[frame * 3]!, place[frame * 3 + 1]!, place[frame * 3 + 2]!]), ...angles].join(' ')
  })
}

/** Degrees about z, x and y of a unit quaternion x, y, z, w read as Z * X * Y: out of the entries of its matrix. */
function eulerZxy([x, y, z, w]: readonly [number, number, number, number]): Vector {
  const sinX = Math.max(-1, Math.min(1, 2 * (y * z + w * x)))
  const degrees = 180 / Math.PI
  // Straight up or down the other two angles turn about one axis: all of it goes to z.
  if (Math.abs(sinX) > 1 - 1e-9) return [Math.atan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z)) * degrees, Math.asin(sinX) * degrees, 0]
  return [
    Math.atan2(2 * (w * z - x * y), 1 - 2 * (x * x + z * z)) * degrees,
    Math.asin(sinX) * degrees,
    Math.atan2(2 * (w * y - x * z), 1 - 2 * (x * x + y * y)) * degrees,
  ]
}

/** The same rotation in the angles nearest to those of the frame before, so that what reads angles as curves sees no jump. */
function nearest([z, x, y]: Vector, before: Vector): Vector {
  const near = (angle: number, to: number): number => angle + 360 * Math.round((to - angle) / 360)
  const ways = [
    [z, x, y],
    [z + 180, 180 - x, y + 180],
  ].map((angles) => angles.map((angle, axis) => near(angle, before[axis]!)) as Vector)
  const jump = (angles: Vector): number => Math.max(...angles.map((angle, axis) => Math.abs(angle - before[axis]!)))
  return jump(ways[1]!) < jump(ways[0]!) ? ways[1]! : ways[0]!
}

/** Without a minus before nothing. */
function decimals(value: number, digits: number): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? (0).toFixed(digits) : text
}
