// Motions as vectors along their bones, and back: what motion tokens are made of.

import type { Motion } from '../../src/motion/clip.js'
import { bones, bonesFromNeck, COORDS } from '../../src/motion/skeleton.js'

type Joints = Pick<Motion, 'joints' | 'frames'>

/** Numbers of a frame of bone vectors. */
export const BONE_NUMBERS = bones.length * 3

/** Vectors from parent to child, [frames, 49 · 3]. */
export function boneVectors({ joints, frames }: Joints): Float32Array {
  const out = new Float32Array(frames * BONE_NUMBERS)
  for (let t = 0; t < frames; t++)
    for (const [bone, { parent, child }] of bones.entries())
      for (let k = 0; k < 3; k++)
        out[t * BONE_NUMBERS + bone * 3 + k] = joints[t * COORDS + child * 3 + k]! - joints[t * COORDS + parent * 3 + k]!
  return out
}

/** Joints, [frames, 150], of bone vectors. The neck, where every motion is 0, is the root: the nose hangs from it, then every child from its parent. */
export function jointsOf(vectors: Float32Array): Float32Array {
  const frames = vectors.length / BONE_NUMBERS
  const joints = new Float32Array(frames * COORDS)
  for (let t = 0; t < frames; t++) {
    const frame = joints.subarray(t * COORDS, (t + 1) * COORDS)
    for (const { from, to, bone } of bonesFromNeck) {
      // Vectors go from the parents, of which the nose is the first.
      const sign = bones[bone]!.child === to ? 1 : -1
      for (let k = 0; k < 3; k++) frame[to * 3 + k] = frame[from * 3 + k]! + sign * vectors[t * BONE_NUMBERS + bone * 3 + k]!
    }
  }
  return joints
}

/** Vectors of the same directions and of these 49 lengths; one without a direction stays 0. */
export function withLengths(vectors: Float32Array, lengths: Float32Array): Float32Array {
  const out = new Float32Array(vectors.length)
  for (let at = 0; at < vectors.length; at += 3) {
    const length = Math.hypot(vectors[at]!, vectors[at + 1]!, vectors[at + 2]!)
    if (length > 0) for (let k = 0; k < 3; k++) out[at + k] = (vectors[at + k]! / length) * lengths[(at / 3) % bones.length]!
  }
  return out
}

/** Joints that each bone carries, its own end included. The nose is carried by the neck's bone, and carries nothing. */
export const carriedJoints: readonly number[] = countCarried()

function countCarried(): number[] {
  const carried = bones.map(() => 1)
  for (let bone = bones.length - 1; bone > 0; bone--) {
    const above = bones.findIndex(({ child }) => child === bones[bone]!.parent)
    if (above > 0) carried[above]! += carried[bone]!
  }
  return carried
}
