// Bones that keep their length: each frame of a motion projected onto the lengths of one signer's bones.

import { downwards, turnDirections } from './bone_directions.js'
import type { Motion } from './clip.js'
import { bonesFromNeck, COORDS, JOINTS, joint } from './skeleton.js'

/** Rounds of correcting every bone in turn. On detected letters, after 30 a further one moves no joint by a thousandth of a shoulder width. */
const ROUNDS = 30

/** How much each joint resists: a hand's root carries 20 other joints and a wrist the hand, so that elbows give way to them. */
const weights = Float64Array.from({ length: JOINTS }, () => 1)
for (const hand of [joint.leftHand, joint.rightHand]) weights[hand] = 20
for (const wrist of [joint.leftWrist, joint.rightWrist]) weights[wrist] = 10
// The neck is where every motion is 0, and the shoulders' distance is the unit of them all.
for (const anchor of [joint.neck, joint.leftShoulder, joint.rightShoulder]) weights[anchor] = Number.POSITIVE_INFINITY
/** The bones between those, which no round corrects. */
const fixed = bonesFromNeck.filter(({ from, to }) => weights[from] === Number.POSITIVE_INFINITY && weights[to] === Number.POSITIVE_INFINITY)

/**
 * Projects frames of one motion, given one after the other, onto nearby frames whose bones have the given lengths: bone after bone, its two
 * ends are moved along it until it has its length, the lighter end more, round after round (position-based dynamics, Müller et al. 2007);
 * what is left then of an error goes outwards from the neck, which stays where it is, as the shoulders do but for their own distance to it.
 * Where a bone has no direction, its ends being in one place, it keeps that of the frame before; in the first frame, that of `startFrame`, and
 * else it points down the picture.
 *
 * What that does to a motion: its bones' lengths vary by roundings alone, under 1e-5 of the length; hands stay where they are as far as arms
 * reach, and a motion that has these lengths already stays as it is, but for roundings. The projection looks at no words and no other
 * frames: it mends no timing and no handshape.
 */
export class BoneHold {
  readonly #lengths: Float32Array
  /** [50, 3]: the direction of each joint's bone in the frame before. */
  readonly #directions = downwards()

  /** @param lengths of the 49 bones; startFrame [150] */
  constructor(lengths: Float32Array, startFrame: Float32Array) {
    this.#lengths = lengths
    turnDirections(this.#directions, startFrame)
  }

  /** The frame of 150 coordinates, and whatever follows them as it is: a new array. */
  hold(frame: Float32Array): Float32Array {
    const placed = Float64Array.from(frame.subarray(0, COORDS))
    const before = this.#directions.slice()
    const lost = bonesFromNeck.filter(({ from, to }) => isOnePlace(frame, 3 * from, 3 * to))
    turnDirections(this.#directions, placed)
    for (const one of fixed) this.#place(placed, one)
    for (let round = 0; round < ROUNDS; round++) this.#correct(placed)
    turnDirections(this.#directions, placed)
    for (const { to } of lost) this.#directions.set(before.subarray(3 * to, 3 * to + 3), 3 * to)
    // In float64, so that only the end of every bone is rounded, and not its beginning too.
    for (const one of bonesFromNeck) this.#place(placed, one)
    const held = frame.slice()
    held.set(placed)
    return held
  }

  /** Puts the joint that a bone places where the bone's length and direction say. */
  #place(placed: Float64Array, { from, to, bone }: (typeof bonesFromNeck)[number]): void {
    for (let c = 0; c < 3; c++) placed[3 * to + c] = placed[3 * from + c]! + this.#lengths[bone]! * this.#directions[3 * to + c]!
  }

  /** Moves the ends of every bone by what it lacks, or has too much. */
  #correct(placed: Float64Array): void {
    for (const { from, to, bone } of bonesFromNeck) {
      const [a, b] = [3 * from, 3 * to]
      const dx = placed[b]! - placed[a]!
      const dy = placed[b + 1]! - placed[a + 1]!
      const dz = placed[b + 2]! - placed[a + 2]!
      const length = Math.sqrt(dx * dx + dy * dy + dz * dz)
      const give = 1 / weights[from]! + 1 / weights[to]!
      if (length === 0 || give === 0) continue
      const missing = (this.#lengths[bone]! - length) / length
      const back = missing / weights[from]! / give
      const forth = missing - back
      placed[a]! -= back * dx
      placed[a + 1]! -= back * dy
      placed[a + 2]! -= back * dz
      placed[b]! += forth * dx
      placed[b + 1]! += forth * dy
      placed[b + 2]! += forth * dz
    }
  }
}

const isOnePlace = (frame: Float32Array, a: number, b: number): boolean =>
  frame[a] === frame[b] && frame[a + 1] === frame[b + 1] && frame[a + 2] === frame[b + 2]

/** A whole motion so projected; see {@link BoneHold}. */
export function holdBones(motion: Motion, lengths: Float32Array, startFrame: Float32Array): Motion {
  const hold = new BoneHold(lengths, startFrame)
  const joints = new Float32Array(motion.joints.length)
  for (let t = 0; t < motion.frames; t++) joints.set(hold.hold(motion.joints.subarray(t * COORDS, (t + 1) * COORDS)), t * COORDS)
  return { ...motion, joints }
}
