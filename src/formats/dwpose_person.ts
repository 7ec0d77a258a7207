// One person as DWPose lists them, and how that becomes our 50 joints. The frame files and the 385-number line hold the same lists.

import { SignError } from '../base/errors.js'
import { KEYPOINT } from '../motion/keypoints.js'
import { JOINTS, joint } from '../motion/skeleton.js'
import { refuse } from './json_shape.js'
import { putPoint } from './keypoint_values.js'

/** Size of the video's picture in pixels. The files hold fractions of it, so there is no default that could be right. */
export interface Picture {
  readonly width: number
  readonly height: number
}

/** Points of the body and of one hand. */
export const DWPOSE_BODY = 18
export const DWPOSE_HAND = 21

/** The points of one list, in fractions, and how sure each is. */
export interface DwposePoints {
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly confidence: readonly number[]
}

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
      const [x, y] = from.points[i]!
      const problem = putPoint(out, first + i, x * picture.width, y * picture.height, from.confidence[i])
      if (problem) refuse(who, `${problem} at point ${i} of ${place}.${what}`)
    }
  }
  put(body, joint.leftHand, 0, 'body')
  put(hands[0], DWPOSE_HAND, joint.leftHand, 'left_hand')
  put(hands[1], DWPOSE_HAND, joint.rightHand, 'right_hand')
  return out
}

/** 1 where the body score of point `j` says that it was found, 0 for −1; undefined for what is neither 18 k + j nor −1. */
export function bodyValidity(score: unknown, j: number): 0 | 1 | undefined {
  if (score === -1) return 0
  return Number.isInteger(score) && (score as number) >= 0 && (score as number) % DWPOSE_BODY === j ? 1 : undefined
}

/** Throws ERR_CONFIG for a picture without a size. */
export function checkPicture({ width, height }: Picture): void {
  if (width >= 1 && height >= 1 && width <= 1e5 && height <= 1e5) return
  const problem = `wanted the video's width and height in pixels, got ${width} x ${height}`
  throw new SignError('ERR_CONFIG', 'picture', problem, 'DWPose files hold fractions of the picture: give the size of the video')
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

/** Sum over all people of the distances, in fractions, between a hand's first point and the wrist on its side, where the wrist was found. */
function wristDistance(people: readonly DwposePersonLists[]): number {
  let sum = 0
  for (const { body, hands } of people) {
    for (const [side, wrist] of [joint.leftWrist, joint.rightWrist].entries()) {
      if (body.confidence[wrist] === 0) continue
      const [[x, y], [wristX, wristY]] = [hands[side]!.points[0]!, body.points[wrist]!]
      sum += Math.hypot(x - wristX, y - wristY)
    }
  }
  return sum
}
