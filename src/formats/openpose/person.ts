// One person as OpenPose writes them, and how that becomes our 50 joints. Writers that follow it leave out what was not seen: `[]`, `null`, or no key at all.

import { KEYPOINT } from '../../motion/keypoints.js'
import { JOINTS, joint } from '../../motion/skeleton.js'
import { isNothing, numbersAt, refuse } from '../json/shape.js'
import { putPoint } from '../keypoint_values.js'

export interface OpenPosePerson {
  /** [50, 3], in the units of the file. */
  readonly joints: Float32Array
  /** Whether there are arrays for hands, be they of points that were not seen. */
  readonly looksForHands: boolean
  /** Whether the points of the body begin with the head's; undefined where too little of it was seen to tell. */
  readonly headFirst: boolean | undefined
}

/** Body models whose first 8 points are our first 8 joints: BODY_25, COCO with 18, BODY_19. */
const bodies = [25, 18, 19]
const HAND = 21
/** Two files of 68 and 70 points; the face is not read. */
const faces = [70, 68]

const strangers: Readonly<Record<number, string>> = {
  15: 'MPI, which has no nose',
  17: 'COCO without a neck, which begins with the eyes and ears',
  33: 'MediaPipe',
  133: 'COCO-WholeBody, with hands and face in one array',
  135: 'BODY_135, with hands and face in one array',
}

/**
 * The person at `place` of the file. Throws ERR_DATA naming `who` and the path down to the number for what OpenPose does not write: 3 numbers a point, for 25, 18 or
 * 19 points of the body, 21 of a hand, 70 or 68 of the face, all finite or `null`, confidences of 0 to 1 and a little beyond.
 */
export function openPosePerson(person: Record<string, unknown>, place: string, who: string): OpenPosePerson {
  const [bodyKey, leftKey, rightKey, faceKey] = ['pose', 'hand_left', 'hand_right', 'face'].map((part) => keyOf(person, part)) as Keys
  checkKeys(person, [bodyKey, leftKey, rightKey], place, who)
  const body = pointsAt(person, bodyKey, bodies, place, who)
  const hands = [leftKey, rightKey].map((key) => pointsAt(person, key, [HAND], place, who))
  pointsAt(person, faceKey, faces, place, who)
  const joints = new Float32Array(JOINTS * KEYPOINT)
  put(joints, 0, joint.leftHand, body, `${place}.${bodyKey}`, who)
  put(joints, joint.leftHand, HAND, hands[0], `${place}.${leftKey}`, who)
  put(joints, joint.rightHand, HAND, hands[1], `${place}.${rightKey}`, who)
  return { joints, looksForHands: hands.some(Boolean), headFirst: beginsWithHead(joints) }
}

type Keys = [body: string, left: string, right: string, face: string]
type Values = readonly (number | null)[] | undefined

/** Up to version 1.1 keys had no ending. */
function keyOf(person: Record<string, unknown>, part: string): string {
  const old = `${part}_keypoints`
  return old in person && !(`${old}_2d` in person) ? old : `${old}_2d`
}

function checkKeys(person: Record<string, unknown>, keys: readonly string[], place: string, who: string): void {
  if (keys.every((key) => isNothing(person[key])) && !isNothing(person.pose_keypoints_3d))
    refuse(who, `wanted points in the picture at ${place}, got points in space only`, 'Run OpenPose without --3d')
  if (keys.some((key) => key in person)) return
  const got = Object.keys(person).slice(0, 5).join(', ') || 'nothing'
  refuse(who, `wanted ${keys[0]} at ${place}, got ${got}`, 'Write what OpenPose writes with --write_json')
}

function pointsAt(person: Record<string, unknown>, key: string, points: readonly number[], place: string, who: string): Values {
  // Some writers give each point a list of its own.
  const given = person[key]
  const value = Array.isArray(given) && given.every(Array.isArray) ? given.flat() : given
  const length = Array.isArray(value) ? value.length : 0
  const model = key.startsWith('pose') ? strangers[length / KEYPOINT] : undefined
  const hint = model
    ? `These are points of ${model}: run OpenPose with --model_pose BODY_25`
    : points.includes(length / 2)
      ? 'Write x, y and a confidence for every point'
      : key.startsWith('pose')
        ? 'Run OpenPose with --model_pose BODY_25'
        : 'Run OpenPose again, or leave the array empty'
  const lengths = points.map((count) => count * KEYPOINT)
  return numbersAt(value, lengths, `${place}.${key}`, who, hint)
}

function put(joints: Float32Array, first: number, count: number, values: Values, place: string, who: string): void {
  for (let i = 0; values && i < count; i++) {
    const at = i * KEYPOINT
    const problem = putPoint(joints, first + i, values[at], values[at + 1], values[at + 2])
    if (problem) refuse(who, `${problem} in ${place}[${at}…${at + 2}]`)
  }
}

/** In shoulder widths: eyes and ears are nearer to the nose than a neck, a shoulder and above all an elbow are. */
const HEAD = 0.6

/**
 * BODY_25B, BODY_135 and COCO without a neck have eyes and ears at 1 to 4 and the shoulders at 5 and 6, where we have neck and right arm, left shoulder and left
 * elbow. Seen that way, the head must be small beside the shoulders.
 */
function beginsWithHead(joints: Float32Array): boolean | undefined {
  const seen = (j: number): boolean => joints[j * KEYPOINT + 2]! > 0
  const apart = (a: number, b: number): number =>
    Math.hypot(joints[a * KEYPOINT]! - joints[b * KEYPOINT]!, joints[a * KEYPOINT + 1]! - joints[b * KEYPOINT + 1]!)
  const head = [1, 2, 3, 4].filter(seen)
  if (head.length < 3 || ![0, 5, 6].every(seen)) return undefined
  return head.every((j) => apart(j, 0) < HEAD * apart(5, 6))
}
