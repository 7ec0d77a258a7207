// Whose hands are whose among the people of a frame, and how a person becomes our 50 joints.

import { KEYPOINT } from '../../motion/keypoints.js'
import { JOINTS, joint } from '../../motion/skeleton.js'
import type { Picture } from '../picture.js'
import { bodyPart, DWPOSE_HAND, DWPOSE_WIDTH, type DwposePart, type DwposePerson, leftHandPart, rightHandPart } from './points.js'

/** Points of hands and faces that DWPose is less sure of are not there: an unseen hand is 21 points somewhere near, with low scores. The threshold of its own drawings. */
export const LEAST_SURE = 0.3

/**
 * One person as our 50 joints in pixels, [50, 3]: body points 0–7 are ours already, then the left and the right hand. What of a hand has a score below 0.3 is not
 * seen, and nothing of a hand whose scores have a mean below it.
 */
export function dwposeJoints(person: DwposePerson, { width, height }: Picture): Float32Array {
  const out = new Float32Array(JOINTS * KEYPOINT)
  const put = (point: number, j: number, least: number): void => {
    const [x, y, score] = person.subarray(point * DWPOSE_WIDTH, (point + 1) * DWPOSE_WIDTH) as unknown as [number, number, number]
    if (score > 0 && score >= least) out.set([x * width, y * height, score], j * KEYPOINT)
  }
  for (let j = 0; j < joint.leftHand; j++) put(bodyPart.first + j, j, 0)
  for (const [part, first] of [
    [leftHandPart, joint.leftHand],
    [rightHandPart, joint.rightHand],
  ] as const) {
    if (meanScore(person, part) < LEAST_SURE) continue
    for (let i = 0; i < DWPOSE_HAND; i++) put(part.first + i, first + i, LEAST_SURE)
  }
  return out
}

function meanScore(person: DwposePerson, { first, count }: DwposePart): number {
  let sum = 0
  for (let i = 0; i < count; i++) sum += Math.max(0, person[(first + i) * DWPOSE_WIDTH + 2]!)
  return sum / count
}

/**
 * Gives hands back to their owners. The tools stack all left hands, then all right ones, and give items 2k and 2k + 1 of that stack to person k, which is right
 * for one person only. So the stack is put together again, and of the two readings (the stack, the file as it says) the one is taken whose hands begin nearer
 * to the wrists of their bodies; the stack where no wrist was seen.
 */
export function pairHands(people: readonly DwposePerson[]): { people: readonly DwposePerson[]; repaired: boolean } {
  if (people.length < 2) return { people, repaired: false }
  const stack = people.flatMap((person) => [handOf(person, leftHandPart), handOf(person, rightHandPart)])
  const stacked = people.map((person, k) => {
    const own = person.slice()
    own.set(stack[k]!, leftHandPart.first * DWPOSE_WIDTH)
    own.set(stack[people.length + k]!, rightHandPart.first * DWPOSE_WIDTH)
    return own
  })
  const repaired = wristDistance(stacked) <= wristDistance(people)
  return { people: repaired ? stacked : people, repaired }
}

function handOf(person: DwposePerson, { first, count }: DwposePart): Float32Array {
  return person.subarray(first * DWPOSE_WIDTH, (first + count) * DWPOSE_WIDTH)
}

/** Sum over all people of the distances, in fractions, between a hand's first point and the wrist on its side, where both are there. */
function wristDistance(people: readonly DwposePerson[]): number {
  let sum = 0
  for (const person of people) {
    for (const [hand, wrist] of [
      [leftHandPart, joint.leftWrist],
      [rightHandPart, joint.rightWrist],
    ] as const) {
      const [root, place] = [hand.first * DWPOSE_WIDTH, wrist * DWPOSE_WIDTH]
      const isThere = person[root] !== 0 || person[root + 1] !== 0 || person[root + 2] !== 0
      if (isThere && person[place + 2]! > 0) sum += Math.hypot(person[root]! - person[place]!, person[root + 1]! - person[place + 1]!)
    }
  }
  return sum
}
