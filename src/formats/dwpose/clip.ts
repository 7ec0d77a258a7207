// From frames of DWPose to the clip of one signer, as every reader of it makes it.

import { counted } from '../../base/counted.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { arms, JOINTS, joint } from '../../motion/skeleton.js'
import type { Picture } from '../picture.js'
import { type DetectedClip, type DetectedPoints, followSigner, signerClip } from '../signer.js'
import { dwposeJoints, LEAST_SURE } from './person.js'
import { bodyPart, DWPOSE_POINTS, DWPOSE_WIDTH, type DwposePerson, facePart, leftHandPart, rightHandPart } from './points.js'

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
  const { chosen } = followSigner(seen, who)
  const signer = frames.flatMap(({ people }, t) => people[chosen[t]!] ?? [])
  return { clip: owned, points: allPoints(owned, signer, picture), detection: { ...detection, notes: [...detection.notes, ...notes] } }
}

/** All 128 points of the signer: the joints as they are in the clip, what the joints have not as it was seen. */
function allPoints({ keypoints, frames }: KeypointClip, signer: readonly DwposePerson[], { width, height }: Picture): DetectedPoints {
  const values = new Float32Array(frames * DWPOSE_POINTS * DWPOSE_WIDTH)
  for (const [t, person] of signer.entries()) {
    const own = values.subarray(t * DWPOSE_POINTS * DWPOSE_WIDTH, (t + 1) * DWPOSE_POINTS * DWPOSE_WIDTH)
    const put = (point: number, x: number, y: number, sure: number): void => own.set([x, y, Math.min(1, sure)], point * DWPOSE_WIDTH)
    const fromPerson = (point: number, least: number): void => {
      const [x, y, score] = person.subarray(point * DWPOSE_WIDTH, (point + 1) * DWPOSE_WIDTH) as unknown as [number, number, number]
      if (score > 0 && score >= least) put(point, x * width, y * height, score)
    }
    const fromJoint = (point: number, j: number): void => {
      const at = (t * JOINTS + j) * KEYPOINT
      if (keypoints[at + 2]! > 0) put(point, keypoints[at]!, keypoints[at + 1]!, keypoints[at + 2]!)
    }
    for (let j = 0; j < bodyPart.count; j++) {
      if (j < joint.leftHand) fromJoint(bodyPart.first + j, j)
      else fromPerson(bodyPart.first + j, 0)
    }
    for (const [part, first] of [
      [leftHandPart, joint.leftHand],
      [rightHandPart, joint.rightHand],
    ] as const)
      for (let i = 0; i < part.count; i++) fromJoint(part.first + i, first + i)
    for (let i = 0; i < facePart.count; i++) fromPerson(facePart.first + i, LEAST_SURE)
  }
  return { layout: 'dwpose-128', values }
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
