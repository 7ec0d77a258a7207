// One person as DWPose lists them, and how that becomes our 50 joints. The frame files and the 385-number line hold the same lists.

import { KEYPOINT } from '../../motion/keypoints.js'
import { JOINTS, joint } from '../../motion/skeleton.js'
import { refuse } from '../json/shape.js'
import { putPoint } from '../keypoint_values.js'
import type { Picture } from '../picture.js'

/** Points of the body, of one hand and of the face. */
export const DWPOSE_BODY = 18
export const DWPOSE_HAND = 21
export const DWPOSE_FACE = 68

/** The points of one list, in fractions, and how sure each is; a point or confidence that is not there is not seen. */
export interface DwposePoints {
  readonly points: readonly (readonly [x: number, y: number] | null)[]
  readonly confidence: readonly (number | null)[]
}

/** Where the DWPose of most tools puts what it is less than 0.3 sure of, whatever score it keeps beside it; never in a picture. */
const UNSEEN = -1

/** The point at these fractions, or null where they say that it was not seen. */
export const pointOf = (x: number, y: number): readonly [x: number, y: number] | null => (x === UNSEEN && y === UNSEEN ? null : [x, y])

/** A list of which nothing was seen. */
export const nothingSeen = (length: number): DwposePoints => ({
  points: Array.from({ length }, () => null),
  confidence: Array.from({ length }, () => null),
})

/** Body points with a validity of 0 or 1, hands with true confidences. */
export interface DwposePersonLists {
  readonly body: DwposePoints
  readonly hands: readonly [left: DwposePoints, right: DwposePoints]
}

/** One person as our 50 joints in pixels, [50, 3]: body points 0–7 are ours already, then the left and the right hand. Throws ERR_DATA naming the point. */
export function dwposePerson({ body, hands }: DwposePersonLists, picture: Picture, place: string, who: string): Float32Array {
  const out = new Float32Array(JOINTS * KEYPOINT)
  const put = (from: DwposePoints, count: number, first: number, what: string): void => {
    for (let i = 0; i < count; i++) {
      const point = from.points[i]
      if (!point) continue
      const problem = putPoint(out, first + i, point[0] * picture.width, point[1] * picture.height, from.confidence[i])
      if (problem) refuse(who, `${problem} at point ${i} of ${place}.${what}`)
    }
  }
  put(body, joint.leftHand, 0, 'body')
  put(hands[0], DWPOSE_HAND, joint.leftHand, 'left_hand')
  put(hands[1], DWPOSE_HAND, joint.rightHand, 'right_hand')
  return out
}

/** 1 where the body score of point `j` says that it was found, 0 for −1 and none; undefined for what is neither 18 k + j nor −1. */
export function bodyValidity(score: unknown, j: number): 0 | 1 | undefined {
  if (score === -1 || score === null) return 0
  return Number.isInteger(score) && (score as number) >= 0 && (score as number) % DWPOSE_BODY === j ? 1 : undefined
}

/**
 * Gives hands back to their owners. The tool stacks all left hands, then all right ones, and gives items 2k and 2k + 1 of that stack to person k, which is right
 * for one person only. So the stack is put together again, and of the two readings (the stack, the file as it says) the one is taken whose hands begin nearer
 * to the wrists of their bodies; the stack where no wrist was seen.
 */
export function pairHands(people: readonly DwposePersonLists[]): { people: readonly DwposePersonLists[]; repaired: boolean } {
  if (people.length < 2) return { people, repaired: false }
  const stack = people.flatMap(({ hands }) => hands)
  const stacked = people.map(({ body }, k): DwposePersonLists => ({ body, hands: [stack[k]!, stack[people.length + k]!] }))
  const repaired = wristDistance(stacked) <= wristDistance(people)
  return { people: repaired ? stacked : people, repaired }
}

/** Sum over all people of the distances, in fractions, between a hand's first point and the wrist on its side, where both are there. */
function wristDistance(people: readonly DwposePersonLists[]): number {
  let sum = 0
  for (const { body, hands } of people) {
    for (const [side, wrist] of [joint.leftWrist, joint.rightWrist].entries()) {
      const [root, place] = [hands[side]!.points[0], body.points[wrist]]
      if (!body.confidence[wrist] || !place || !root) continue
      sum += Math.hypot(root[0] - place[0], root[1] - place[1])
    }
  }
  return sum
}
