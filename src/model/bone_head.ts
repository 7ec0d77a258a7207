// The tables of the head `bones`, whose output is the bones of a frame instead of its joints: kernels/bone_joints.ts has their layouts.

import { downwards, turnDirections } from '../motion/bone_directions.js'
import { bonesFromNeck, JOINTS } from '../motion/skeleton.js'
import type { FrameScaling } from './frame_scaling.js'

/** [50, 3, 4]: of each joint its bone's direction in the start frame, down where it has none, and the centre and scale of the model's units. */
export function bonePlaces(startFrame: Float32Array, { centre, scale }: FrameScaling): Float32Array {
  const start = downwards()
  turnDirections(start, startFrame)
  const places = new Float32Array(JOINTS * 12)
  for (let joint = 0; joint < JOINTS; joint++)
    [start, centre, scale].forEach((numbers, which) => {
      places.set(numbers.subarray(3 * joint, 3 * joint + 3), 12 * joint + 4 * which)
    })
  return places
}

/** Lengths of the 49 bones as [50], by the joint that a bone places; the neck has 0. */
export function lengthsByPlace(lengths: Float32Array | Float64Array): Float32Array {
  const byPlace = new Float32Array(JOINTS)
  for (const { to, bone } of bonesFromNeck) byPlace[to] = lengths[bone]!
  return byPlace
}
