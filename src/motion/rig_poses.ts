// From where joints are to how bones turn: what a rig (rig.ts) must do in every frame to show a motion.
//
// Positions fix where a bone points, not how it is rolled about itself. So every bone starts from a frame that has a roll - `body` and the two palms take theirs
// from two vectors each, any other bone has that of the bone it hangs on - and goes the shortest way round from there to where it points.

import { quat, vec3 } from 'gl-matrix'
import { medianBoneLengths } from './bone_lengths.js'
import { checkSkeleton } from './check.js'
import { frameAt, type Motion } from './clip.js'
import { rigBones, type Vector } from './rig.js'
import { sidesAreExchanged } from './sides.js'
import { joint, jointNames } from './skeleton.js'

/** A rotation as a unit quaternion x, y, z, w. */
type Turn = [number, number, number, number]

export interface RigPoses {
  /** The motion's bones at rest: from start to end of each of the 50, in units of the motion. Lengths are medians over the clip. */
  readonly rest: readonly Readonly<Vector>[]
  readonly frames: number
  readonly fps: number
  /** `[frames, 3]`: where `body` is, the neck. */
  readonly place: Float32Array
  /** `[frames, 50, 4]`: how each bone is turned against the one it hangs on, as x, y, z, w, without jumps of sign from frame to frame. */
  readonly turns: Float32Array
}

const still: Turn = [0, 0, 0, 1]

/**
 * Solves a motion for the rig. Joints come out where they were as far as the bones keep their length: exactly, for a motion that never stretches them.
 * Where the right shoulder lies to the picture's right, as no reader leaves it, the rest pose is mirrored with it.
 * Throws ERR_DATA naming `who` for a malformed motion or a coordinate that is not finite.
 */
export function rigPoses(motion: Motion, who = 'motion'): RigPoses {
  checkSkeleton(motion, who)
  const { frames, fps } = motion
  const side = sidesAreExchanged(motion.joints, frames) ? -1 : 1
  const lengths = medianBoneLengths(motion)
  const directions = rigBones.map(({ rest: [x, y, z] }): Vector => [side * x, y, z])
  // `body` comes first and is none of the skeleton's bones.
  const rest = directions.map((direction, b): Vector => (b === 0 ? [0, 0, 0] : scaled(direction, lengths[b - 1]!)))
  const place = new Float32Array(frames * 3)
  const turns = new Float32Array(frames * rigBones.length * 4)
  let before = rigBones.map(() => still)
  for (let frame = 0; frame < frames; frame++) {
    const points = pointsOf(frameAt(motion, frame))
    place.set(points[joint.neck]!, frame * 3)
    before = localTurns(worldTurns(points, directions, rest)).map((turn, b) => sameSign(turn, before[b]!))
    for (const [b, turn] of before.entries()) turns.set(turn, (frame * rigBones.length + b) * 4)
  }
  return { rest, frames, fps, place, turns }
}

/** The joints of one frame in the rig's axes: the picture's y points down, ours up. */
function pointsOf(frame: Float32Array): Vector[] {
  return Array.from({ length: frame.length / 3 }, (_, id) => [frame[3 * id]!, -frame[3 * id + 1]!, frame[3 * id + 2]!])
}

type Way = (from: number, to: number) => Vector

/** The rig bone that ends in a joint. */
const boneTo: readonly number[] = jointNames.map((_, id) => rigBones.findIndex(({ end }) => end === id))

/** How each bone is turned against its own rest pose. */
function worldTurns(points: readonly Vector[], directions: readonly Vector[], rest: readonly Readonly<Vector>[]): Turn[] {
  const way: Way = (from, to) => vec3.sub([0, 0, 0], points[to]!, points[from]!) as Vector
  const shoulders = way(joint.rightShoulder, joint.leftShoulder)
  const turns: Turn[] = [between(directions[boneTo[joint.leftShoulder]!]!, [0, 1, 0], shoulders, [0, 1, 0]) ?? still]
  const palms = new Map(
    [joint.leftHand, joint.rightHand].map((root): [number, Turn | undefined] => [root, palmTurn(root, way, directions)]),
  )
  const ends: Vector[] = [points[joint.neck]!]
  for (const [b, { parent, start, end }] of rigBones.entries()) {
    if (b === 0) continue
    // The bones of a palm, and the short one before it, are rolled with the palm.
    const rolled = palms.get(start) ?? palms.get(end) ?? turns[parent]!
    const aim = end < joint.leftHand ? (vec3.sub([0, 0, 0], points[end]!, ends[parent]!) as Vector) : way(start, end)
    turns[b] = pointed(rolled, directions[b]!, aim)
    ends[b] = vec3.add([0, 0, 0], ends[parent]!, vec3.transformQuat([0, 0, 0], rest[b] as Vector, turns[b])) as Vector
  }
  return turns
}

/** The palm's turn by two vectors: out along its middle, and across from the little finger's root to the index finger's. */
function palmTurn(root: number, way: Way, directions: readonly Vector[]): Turn | undefined {
  const knuckles = [root + 5, root + 9, root + 13, root + 17]
  const atRest = knuckles.map((id) => directions[boneTo[id]!]!)
  const now = knuckles.map((id) => unit(way(root, id)))
  const across = (vectors: readonly Vector[]): Vector => vec3.sub([0, 0, 0], vectors[0]!, vectors[3]!) as Vector
  return between(total(atRest), across(atRest), total(now), across(now))
}

/** The turn that brings the first pair of vectors to the second: the first vector exactly, the other as far as it can. Undefined where a pair is parallel. */
function between(along: Vector, beside: Vector, alongNow: Vector, besideNow: Vector): Turn | undefined {
  const [from, to] = [frameOf(along, beside), frameOf(alongNow, besideNow)]
  if (!from || !to) return undefined
  return quat.multiply([0, 0, 0, 1], to, quat.conjugate([0, 0, 0, 1], from)) as Turn
}

/** The turn from the axes to a frame with x along the first vector and y towards the second. */
function frameOf(along: Vector, beside: Vector): Turn | undefined {
  const x = unit(along)
  const z = vec3.cross([0, 0, 0], x, beside) as Vector
  if (!(vec3.length(z) > 1e-3 * vec3.length(beside))) return undefined
  const upright = unit(z)
  const y = vec3.cross([0, 0, 0], upright, x) as Vector
  return quat.normalize([0, 0, 0, 1], quat.fromMat3([0, 0, 0, 1], [...x, ...y, ...upright])) as Turn
}

/** `turn` and then the shortest way to where the bone points; `turn` itself for a bone without length. */
function pointed(turn: Turn, rest: Vector, now: Vector): Turn {
  if (!(vec3.length(now) > 1e-9)) return turn
  const from = vec3.transformQuat([0, 0, 0], rest, turn) as Vector
  return quat.normalize([0, 0, 0, 1], quat.multiply([0, 0, 0, 1], shortest(from, unit(now)), turn)) as Turn
}

/** The shortest turn from one unit vector to another. By hand, since gl-matrix takes what is 0.08 degrees apart for equal. */
function shortest(from: Vector, to: Vector): Turn {
  const w = 1 + vec3.dot(from, to)
  // Opposite vectors: any half turn about an axis square to them.
  if (w < 1e-9) {
    const square: Vector = Math.abs(from[1]) < 0.9 ? [0, 1, 0] : [1, 0, 0]
    return [...unit(vec3.cross([0, 0, 0], from, square) as Vector), 0]
  }
  return quat.normalize([0, 0, 0, 1], [...(vec3.cross([0, 0, 0], from, to) as Vector), w]) as Turn
}

/** Each turn against that of the bone it hangs on. */
function localTurns(world: readonly Turn[]): Turn[] {
  return world.map((turn, b) => {
    const parent = world[rigBones[b]!.parent]
    return parent ? (quat.multiply([0, 0, 0, 1], quat.conjugate([0, 0, 0, 1], parent), turn) as Turn) : turn
  })
}

/** q and -q are one rotation, but a program that interpolates between them goes the long way round. */
function sameSign(turn: Turn, before: Turn): Turn {
  return quat.dot(turn, before) < 0 ? (turn.map((value) => -value) as Turn) : turn
}

function unit(vector: Vector): Vector {
  return vec3.normalize([0, 0, 0], vector) as Vector
}

function scaled([x, y, z]: Vector, by: number): Vector {
  return [by * x, by * y, by * z]
}

function total(vectors: readonly Vector[]): Vector {
  return vectors.reduce((sum, vector) => vec3.add([0, 0, 0], sum, vector) as Vector, [0, 0, 0])
}
