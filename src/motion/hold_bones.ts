// Bones that keep their length: each frame of a motion projected onto the lengths of one signer's bones.

import { downwards, turnDirections } from './bone_directions.js'
import type { Motion } from './clip.js'
import { bonesFromNeck, COORDS, joint } from './skeleton.js'

/**
 * Projects frames of one motion, given one after the other. Outwards from the neck, which stays where it is, every bone keeps its direction
 * and gets its length, so that a joint moves by what the bones between it and the neck were too long or too short. Where a bone has no
 * direction, its ends being in one place, it keeps that of the frame before; in the first frame, that of `startFrame`, and else it points
 * down the picture.
 *
 * What that does to a motion: its bones' lengths vary by roundings alone, under 1e-5 of the length; a motion that has these lengths already
 * stays as it is, but for roundings. The projection looks at no words and no other frames: it mends no timing and no handshape.
 *
 * A regression shortens the bones whose direction it is unsure of, which squared errors reward; at full length they err further. Measured on
 * six dev clips in each of the demo's two languages: spread 0.20 to under 1e-6, DTW of hands about their roots 1.65 to 1.59 and 1.91 to 1.77,
 * but DTW of the whole body, where wrists are carried along, 3.31 to 3.59 and 3.46 to 3.73. On spelled words
 * of detected landmarks, whose own bones vary by 0.08 and are free by default, both grow: 0.54 to 0.68, and 1.02 to 1.52.
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
    turnDirections(this.#directions, frame)
    // In float64, so that only the end of every bone is rounded, and not its beginning too.
    const placed = new Float64Array(COORDS)
    for (let c = 0; c < 3; c++) placed[3 * joint.neck + c] = frame[3 * joint.neck + c]!
    for (const { from, to, bone } of bonesFromNeck)
      for (let c = 0; c < 3; c++) placed[3 * to + c] = placed[3 * from + c]! + this.#lengths[bone]! * this.#directions[3 * to + c]!
    const held = frame.slice()
    held.set(placed)
    return held
  }
}

/** A whole motion so projected; see {@link BoneHold}. */
export function holdBones(motion: Motion, lengths: Float32Array, startFrame: Float32Array): Motion {
  const hold = new BoneHold(lengths, startFrame)
  const joints = new Float32Array(motion.joints.length)
  for (let t = 0; t < motion.frames; t++) joints.set(hold.hold(motion.joints.subarray(t * COORDS, (t + 1) * COORDS)), t * COORDS)
  return { ...motion, joints }
}
