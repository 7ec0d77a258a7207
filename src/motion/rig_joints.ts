// Back from how bones turn (rig_poses.ts) to where joints are, and with it the way from one posture to another: bones turn, each against the one it hangs on, and
// none is stretched.

import { quat, vec3 } from 'gl-matrix'
import { rigBones, type Vector } from './rig.js'
import { type RigPoses, rigPoses } from './rig_poses.js'
import { COORDS } from './skeleton.js'

/** A rotation as a unit quaternion x, y, z, w. */
type Turn = [number, number, number, number]

/** The way between two frames of 150 numbers: `at(share)` is the posture that share of the way from the first to the second, as a new frame. */
export interface Way {
  at(share: number): Float32Array
}

/** Every bone goes the shortest way round, at an even speed; one whose length is another in the second frame grows or shrinks evenly. */
export function wayBetween(a: Float32Array, b: Float32Array): Way {
  const [from, to] = [a, b].map((joints) => rigPoses({ joints, frames: 1, fps: 1 })) as [RigPoses, RigPoses]
  return {
    at: (share) =>
      jointsOf(
        rigBones.map((_, i) => boneBetween(from, to, i, share)),
        placeBetween(from, to, share),
      ),
  }
}

/** A bone as it lies before it turns, with its length, and its turn against the bone it hangs on. */
interface TurnedBone {
  readonly rest: Readonly<Vector>
  readonly turn: Turn
}

/** Where the joints of one frame are, in the axes of a motion, whose y points down. */
function jointsOf(turned: readonly TurnedBone[], neck: Vector): Float32Array {
  const out = new Float32Array(COORDS)
  const turns: Turn[] = []
  const ends: Vector[] = []
  for (const [b, { parent, end }] of rigBones.entries()) {
    const { rest, turn } = turned[b]!
    turns[b] = parent < 0 ? turn : (quat.multiply([0, 0, 0, 1], turns[parent]!, turn) as Turn)
    const start = parent < 0 ? neck : ends[parent]!
    ends[b] = vec3.add([0, 0, 0], start, vec3.transformQuat([0, 0, 0], rest as Vector, turns[b])) as Vector
    const [x, y, z] = ends[b]
    out.set([x, -y, z], end * 3)
  }
  return out
}

function boneBetween(from: RigPoses, to: RigPoses, bone: number, share: number): TurnedBone {
  const [a, b] = [from, to].map(({ turns }) => [...turns.subarray(4 * bone, 4 * bone + 4)] as Turn) as [Turn, Turn]
  return {
    rest: vec3.lerp([0, 0, 0], from.rest[bone] as Vector, to.rest[bone] as Vector, share) as Vector,
    turn: quat.slerp([0, 0, 0, 1], a, b, share) as Turn,
  }
}

/** The neck, in the rig's axes. */
function placeBetween({ place: a }: RigPoses, { place: b }: RigPoses, share: number): Vector {
  return vec3.lerp([0, 0, 0], [...a] as Vector, [...b] as Vector, share) as Vector
}
