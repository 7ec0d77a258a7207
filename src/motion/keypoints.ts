// What a detector saw of one signer: our 50 joints in the picture, before anything is cleaned, lifted or normalised.
// Every reader of detections produces it; cleaning maps it to itself; lifting takes it.

import { JOINTS, joint, jointNames } from './skeleton.js'

/** Numbers a joint and frame: x, y, confidence. */
export const KEYPOINT = 3

/** Detectors are never quite sure that there is nothing: what they see with less confidence than this in every frame is not there. */
const FAINTEST = 0.05

export interface KeypointClip {
  /** Unique in its corpus, e.g. `_2FBDaOPYig_4-3-rgb_front`. */
  readonly name: string
  /** `[frames, 50, 3]`: x right and y down in pixels, confidence 0 to 1 (detectors exceed 1 a little); 0, 0, 0 for a joint that was not seen. */
  readonly keypoints: Float32Array
  readonly frames: number
  /** Frames a second of the source. */
  readonly fps: number
  /** [frames], strictly rising: which frame of the source each one is. Frames in which nobody was seen leave gaps. */
  readonly frameIndex: Int32Array
}

/** The joints that no frame of a clip shows, by number. */
export function neverSeen({ keypoints, frames }: Pick<KeypointClip, 'keypoints' | 'frames'>): number[] {
  const most = new Float64Array(JOINTS)
  for (let cell = 0; cell < frames * JOINTS; cell++) {
    const confidence = keypoints[cell * KEYPOINT + 2]!
    if (confidence > most[cell % JOINTS]!) most[cell % JOINTS] = confidence
  }
  return [...most.keys()].filter((j) => most[j]! < FAINTEST)
}

/** Joints in words: `left wrist`, `left hand` for all of a hand, `3 joints of the right hand` for some of it. */
export function partsOf(joints: readonly number[]): string[] {
  const body = joints
    .filter((j) => j < joint.leftHand)
    .map((j) => jointNames[j]!.replace(/[A-Z]/, (capital) => ` ${capital.toLowerCase()}`))
  const hands = [
    { name: 'left hand', of: joints.filter((j) => j >= joint.leftHand && j < joint.rightHand) },
    { name: 'right hand', of: joints.filter((j) => j >= joint.rightHand) },
  ]
  const size = JOINTS - joint.rightHand
  const told = hands.flatMap(({ name, of }) => {
    if (of.length === 0) return []
    return [of.length === size ? name : `${of.length} ${of.length === 1 ? 'joint' : 'joints'} of the ${name}`]
  })
  return [...body, ...told]
}
