// Who in a `.pose` file the signer is. A file has a fixed number of people, but who is first among them may change from frame to frame as in any detector's
// output, so the signer is followed through it as in clips of detections (signer.ts).

import { SignError } from '../base/errors.js'
import type { PoseFile } from '../formats/pose/pose.js'
import { checkCrowd, type DetectedFrame, followSigner } from '../formats/signer.js'
import { exchangedHands, exchangedNote, exchangeHands } from '../motion/hand_owners.js'
import { KEYPOINT } from '../motion/keypoints.js'
import { COORDS, JOINTS } from '../motion/skeleton.js'
import { type Layout, type RawJoints, rawJoints } from './layouts/layouts.js'

/** The signer's joints, and in words what was decided about people. */
export interface SignerJoints {
  readonly raw: RawJoints
  /** Frames in which several people were seen; of those, frames in which the signer was not the first of them. */
  readonly people: { readonly several: number; readonly notFirst: number }
  readonly notes: readonly string[]
}

/**
 * The joints of the person asked for, or of the signer wherever among the people they are, with hands on their own arms. Throws ERR_DATA naming `who` for a person who is not in the file, and
 * where nobody is seen.
 */
export function signerJoints(pose: PoseFile, layout: Layout, asked: number | undefined, who: string): SignerJoints {
  if (asked !== undefined || pose.people === 1) {
    const raw = rawJoints(pose, layout, checkPerson(pose, asked ?? 0, who))
    return { raw, people: { several: 0, notFirst: 0 }, notes: giveHandsBack(raw) }
  }
  const people = candidates(pose, who).map((person) => rawJoints(pose, layout, person))
  const { chosen, detection } = followSigner(framesOf(people), who)
  const { several, notFirst, notes } = detection
  const raw = stitched(people, chosen)
  return { raw, people: { several, notFirst }, notes: [...notes, ...giveHandsBack(raw)] }
}

/** Puts hands on their own arms in place, see hand_owners.ts; in words what was done. */
function giveHandsBack(raw: RawJoints): string[] {
  const { at, seen, confidence, frames } = raw
  const keypoints = new Float32Array(frames * JOINTS * KEYPOINT)
  for (let t = 0; t < frames; t++) keypoints.set(seenIn(raw, t), t * JOINTS * KEYPOINT)
  const exchanged = exchangedHands({ keypoints, frames })
  for (const t of exchanged) {
    exchangeHands(at, t)
    exchangeHands(seen, t, 1)
    exchangeHands(confidence, t, 1)
  }
  return exchanged.length > 0 ? [exchangedNote(exchanged.length, frames)] : []
}

/** Everybody in the file. Throws ERR_DATA naming `who` for a crowd. */
export function candidates(pose: PoseFile, who: string): number[] {
  checkCrowd(pose.people, who)
  return Array.from({ length: pose.people }, (_, person) => person)
}

/** Throws ERR_DATA naming `who` for a person who is not in the file. */
export function checkPerson(pose: PoseFile, person: number, who: string): number {
  if (Number.isInteger(person) && person >= 0 && person < pose.people) return person
  throw new SignError('ERR_DATA', who, `wanted person 0 to ${pose.people - 1}, got ${person}`, 'Choose one that is in the file')
}

/** Frame by frame what was seen of each person, in the picture. */
export function framesOf(people: readonly RawJoints[]): DetectedFrame[] {
  return Array.from({ length: people[0]!.frames }, (_, index) => ({ index, people: people.map((raw) => seenIn(raw, index)) }))
}

function seenIn({ at, seen, confidence }: RawJoints, t: number): Float32Array {
  const out = new Float32Array(JOINTS * KEYPOINT)
  for (let j = 0; j < JOINTS; j++) {
    const cell = t * JOINTS + j
    if (seen[cell]) out.set([at[cell * 3]!, at[cell * 3 + 1]!, confidence[cell]!], j * KEYPOINT)
  }
  return out
}

/** The joints of one person in each frame. */
function stitched(people: readonly RawJoints[], chosen: Int32Array): RawJoints {
  const { frames, at, seen, confidence } = people[0]!
  const out = { frames, at: at.slice(), seen: seen.slice(), confidence: confidence.slice() }
  for (let t = 0; t < frames; t++) {
    const from = people[Math.max(0, chosen[t]!)]!
    out.at.set(from.at.subarray(t * COORDS, (t + 1) * COORDS), t * COORDS)
    out.seen.set(from.seen.subarray(t * JOINTS, (t + 1) * JOINTS), t * JOINTS)
    out.confidence.set(from.confidence.subarray(t * JOINTS, (t + 1) * JOINTS), t * JOINTS)
  }
  return out
}
