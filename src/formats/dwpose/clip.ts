// From frames of DWPose to the clip of one signer, as every reader of it makes it.

import { counted } from '../../base/counted.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { arms, JOINTS, joint } from '../../motion/skeleton.js'
import type { Picture } from '../picture.js'
import { type DetectedClip, signerClip } from '../signer.js'
import { dwposeJoints } from './person.js'
import type { DwposePerson } from './points.js'

/** Who was seen in which frame of the source. */
export interface DwposePeople {
  readonly index: number
  readonly people: readonly DwposePerson[]
}

/** A hand that begins further from its wrist than this share of the clip's shoulder distance is somebody else's, or none. */
const FARTHEST = 0.35

/** The clip of the signer, see `signerClip`, in pixels, with hands on their own arms and no hand that is on none. Throws as `signerClip` does. */
export function dwposeClip(frames: readonly DwposePeople[], picture: Picture, name: string, fps: number, who: string): DetectedClip {
  const seen = frames.map(({ index, people }) => ({ index, people: people.map((person) => dwposeJoints(person, picture)) }))
  const { clip, detection } = signerClip(seen, name, fps, who)
  const { clip: owned, notes } = withoutStrayHands(clip)
  return { clip: owned, detection: { ...detection, notes: [...detection.notes, ...notes] } }
}

function withoutStrayHands(clip: KeypointClip): { clip: KeypointClip; notes: readonly string[] } {
  const { frames, keypoints } = clip
  const reach = FARTHEST * shoulderDistance(clip)
  const out = keypoints.slice()
  let strays = 0
  for (let t = 0; t < frames; t++) {
    for (const { wrist, hand } of arms) {
      if (!(apart(keypoints, t, wrist, hand) > reach)) continue
      out.fill(0, (t * JOINTS + hand) * KEYPOINT, (t * JOINTS + hand + HAND) * KEYPOINT)
      strays += 1
    }
  }
  if (strays === 0) return { clip, notes: [] }
  return { clip: { ...clip, keypoints: out }, notes: [`${counted(strays, 'hand')} far from the wrist taken out`] }
}

const HAND = joint.rightHand - joint.leftHand

/** Median over the frames that show both shoulders; NaN where none does, and then nothing is further. */
function shoulderDistance({ keypoints, frames }: KeypointClip): number {
  const distances = Float64Array.from({ length: frames }, (_, t) => apart(keypoints, t, joint.rightShoulder, joint.leftShoulder)).filter(
    (distance) => distance > 0,
  )
  return distances.sort()[distances.length >> 1] ?? Number.NaN
}

/** Between two joints of a frame in pixels; NaN where one of them is not seen. */
function apart(keypoints: Float32Array, t: number, a: number, b: number): number {
  const [from, to] = [(t * JOINTS + a) * KEYPOINT, (t * JOINTS + b) * KEYPOINT]
  if (!(keypoints[from + 2]! > 0 && keypoints[to + 2]! > 0)) return Number.NaN
  return Math.hypot(keypoints[from]! - keypoints[to]!, keypoints[from + 1]! - keypoints[to + 1]!)
}
