// Where joints stand that no frame of a clip shows: a signer films one arm, or the detector never finds a hand. Their targets have no confidence, so nothing
// pulls at them; but the first guess aims at them, and 0, 0 is far off. They get a place at rest instead: arms hang, hands lie on in the forearm's direction.

import { KEYPOINT, seenJoints } from '../motion/keypoints.js'
import { bones, COORDS, fingers, JOINTS, joint } from '../motion/skeleton.js'
import { LENGTHS, unseenLengths, withUsual } from './initial_lengths.js'

type Point = readonly [x: number, y: number]
interface Arm {
  readonly shoulder: number
  readonly hand: number
  /** Where outwards is in the picture: the signer faces the camera. */
  readonly outwards: 1 | -1
}

const arms: readonly Arm[] = [
  { shoulder: joint.rightShoulder, hand: joint.rightHand, outwards: -1 },
  { shoulder: joint.leftShoulder, hand: joint.leftHand, outwards: 1 },
]
/** Radians by which a finger points away from the hand's direction, inwards first. */
const spread = { thumb: 0.6, index: 0.2, middle: 0.05, ring: -0.1, little: -0.25 } as const
/** Length ids of the body. */
const [HEAD, COLLAR, UPPER_ARM, FOREARM, WRIST] = [0, 1, 2, 3, 4]

/**
 * The clip with every joint that is never seen at a place at rest, in each frame, its confidence still 0. keypoints: [frames, 50, 3], filled; lengths: [25],
 * as `initialLengths` gives them. The same array where every joint is seen.
 */
export function placeUnseen(keypoints: Float32Array, frames: number, lengths: Float64Array): Float32Array {
  if (lengths.length !== LENGTHS) throw new RangeError(`placeUnseen: wanted ${LENGTHS} lengths, got ${lengths.length}`)
  const seen = seenJoints(keypoints, frames)
  if (seen.every(Boolean)) return keypoints
  const out = keypoints.slice()
  for (let t = 0; t < frames; t++) placeFrame(out.subarray(t * JOINTS * KEYPOINT, (t + 1) * JOINTS * KEYPOINT), seen, lengths)
  return out
}

/**
 * Gives bones that are seen on neither side their usual length again, which the objective's price on length takes from them since nothing speaks for it; what
 * hangs on them moves along. Changes joints [frames, 50, 3] and lengths [25] of a lifted clip. keypoints: [frames, 50, 3], as it was lifted from.
 */
export function lengthenUnseen(joints: Float32Array, frames: number, lengths: Float32Array, keypoints: Float32Array): void {
  const unseen = unseenLengths(keypoints, frames)
  if (!unseen.includes(true)) return
  lengths.set(withUsual(Array.from(lengths, (length, id) => (unseen[id] ? undefined : length))))
  for (let t = 0; t < frames; t++) {
    const frame = joints.subarray(t * COORDS, (t + 1) * COORDS)
    const before = frame.slice()
    for (const { parent, child, length } of bones) {
      const bone = [0, 1, 2].map((c) => before[child * 3 + c]! - before[parent * 3 + c]!)
      const size = Math.hypot(...bone)
      const factor = unseen[length] && size > 0 ? lengths[length]! / size : 1
      for (const [c, value] of bone.entries()) frame[child * 3 + c] = frame[parent * 3 + c]! + factor * value
    }
  }
}

function placeFrame(frame: Float32Array, seen: readonly boolean[], lengths: Float64Array): void {
  const at = (j: number): Point => [frame[j * KEYPOINT]!, frame[j * KEYPOINT + 1]!]
  const rest = (j: number, place: () => Point) => {
    if (!seen[j]) frame.set(place(), j * KEYPOINT)
  }
  rest(joint.neck, () => neckPlace(at, seen, lengths))
  rest(joint.nose, () => ahead(at(joint.neck), [0, -1], lengths[HEAD]!))
  for (const { shoulder, hand, outwards } of arms) {
    const [elbow, wrist] = [shoulder + 1, shoulder + 2]
    rest(shoulder, () => ahead(at(joint.neck), [outwards, 0], lengths[COLLAR]!))
    const end = seen[wrist] ? wrist : seen[hand] ? hand : undefined
    rest(elbow, () =>
      end === undefined
        ? ahead(at(shoulder), [0.15 * outwards, 1], lengths[UPPER_ARM]!)
        : bentElbow(at(shoulder), at(end), [lengths[UPPER_ARM]!, lengths[FOREARM]!], outwards),
    )
    rest(wrist, () =>
      seen[hand] ? ahead(at(hand), from(at(hand), at(elbow)), lengths[WRIST]!) : ahead(at(elbow), [0, 1], lengths[FOREARM]!),
    )
    const forearm = from(at(elbow), at(wrist))
    rest(hand, () => ahead(at(wrist), forearm, lengths[WRIST]!))
    for (const [k, finger] of fingers.entries()) {
      const direction = turned(forearm, spread[finger] * outwards)
      for (let segment = 0; segment < 4; segment++) {
        const child = hand + 1 + 4 * k + segment
        rest(child, () => ahead(at(segment === 0 ? hand : child - 1), direction, lengths[5 + 4 * k + segment]!))
      }
    }
  }
}

function neckPlace(at: (j: number) => Point, seen: readonly boolean[], lengths: Float64Array): Point {
  const [right, left] = [at(joint.rightShoulder), at(joint.leftShoulder)]
  if (seen[joint.rightShoulder] && seen[joint.leftShoulder]) return [(right[0] + left[0]) / 2, (right[1] + left[1]) / 2]
  return ahead(at(joint.nose), [0, 1], lengths[HEAD]!)
}

/** Where two bones from shoulder to wrist meet, below or outside of the line between them; on it where they do not reach. */
function bentElbow(shoulder: Point, wrist: Point, [upper, fore]: readonly [number, number], outwards: 1 | -1): Point {
  const [dx, dy] = [wrist[0] - shoulder[0], wrist[1] - shoulder[1]]
  const distance = Math.hypot(dx, dy)
  if (distance === 0) return ahead(shoulder, [0, 1], upper)
  const along = Math.min(distance, Math.max(0, (upper ** 2 - fore ** 2 + distance ** 2) / (2 * distance)))
  const [ux, uy] = [dx / distance, dy / distance]
  // Of both sides of the line the one that is lower or further out.
  const lower = (x: number, y: number) => y + 0.5 * outwards * x
  const [px, py] = lower(uy, -ux) > lower(-uy, ux) ? [uy, -ux] : [-uy, ux]
  const aside = Math.sqrt(Math.max(0, upper ** 2 - along ** 2))
  return [shoulder[0] + along * ux + aside * px, shoulder[1] + along * uy + aside * py]
}

const from = (a: Point, b: Point): Point => [b[0] - a[0], b[1] - a[1]]

/** The point `length` from `start` in a direction; downwards where it is none. */
function ahead(start: Point, [x, y]: Point, length: number): Point {
  const size = Math.hypot(x, y)
  return size > 0 ? [start[0] + (length * x) / size, start[1] + (length * y) / size] : [start[0], start[1] + length]
}

function turned([x, y]: Point, angle: number): Point {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  return [c * x - s * y, s * x + c * y]
}
