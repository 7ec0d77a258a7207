// What is put where an estimator saw nothing. The rule, for a motion already in the normal scale:
//
// 1. A joint of the body seen in some frames goes in a straight line from where it was last seen to where it is next seen, and stands still before and after.
// 2. A joint of the body never seen is at rest: the nose above the neck, the arm hanging down beside the trunk.
// 3. A hand moves with its wrist: where it is not seen, it keeps its place and shape relative to the wrist, both interpolated as in 1.
// 4. A hand never seen is at rest, in line with its forearm, in the plane of its wrist; so is a finger never seen of a hand that is. A hand seen in fewer than 3
//    frames and a fifth of the clip is a false alarm and counts as never seen.
// 5. A wrist and a hand that disagree by more than a hand's length: the hand is right, since it was looked for at a closer range.
//
// So no joint is ever left at 0,0 or NaN, and none jumps because a detector did.

import { forearmDirection, type Places, type Point, placeHand } from '../../motion/rest_hand.js'
import { type Arm, arms, COORDS, JOINTS, joint } from '../../motion/skeleton.js'
import { usual } from './depth.js'

/** Fingers and palm count as one hand of 21 joints. */
const HAND = 21

/** Offsets from the parent joint of an upper body at rest, in the normal scale; the sides mirror in x. Lengths are those of the published skeletons. */
const rest = { nose: [0, -0.21], elbow: [0.03, 0.305], wrist: [0.005, 0.23] } as const

/** A palm's length in the normal scale. */
const DISAGREE = 0.12

/**
 * Fills `at` [frames, 150] in place by the rule above; `seen` [frames, 50] tells what is there, and is brought up to date for false alarms. Needs both shoulders.
 * Returns the joints put at rest, by number.
 */
export function fillMissing(at: Float64Array, seen: Uint8Array, frames: number): number[] {
  interpolate(at, seen, frames, joint.rightShoulder)
  interpolate(at, seen, frames, joint.leftShoulder)
  const resting = new Set<number>()
  const known = (j: number): boolean => {
    const found = interpolate(at, seen, frames, j)
    if (!found) resting.add(j)
    return found
  }
  if (!known(joint.nose)) place(at, frames, joint.nose, joint.neck, rest.nose, 1)
  for (const arm of arms) {
    dropFalseAlarm(seen, frames, arm.hand)
    trustHand(at, seen, frames, arm)
    const outward = outwardOf(at, frames, arm.shoulder)
    if (!known(arm.elbow)) place(at, frames, arm.elbow, arm.shoulder, rest.elbow, outward)
    if (!known(arm.wrist)) place(at, frames, arm.wrist, arm.elbow, rest.wrist, outward)
    for (const j of handOf(arm)) if (!moveWithWrist(at, seen, frames, j, arm.wrist)) resting.add(j)
    if (handOf(arm).some((j) => resting.has(j))) restHand(at, frames, arm, outward, resting)
  }
  return [...resting].sort((a, b) => a - b)
}

/** The arm at rest below its shoulder, its hand too: what is drawn for an arm that takes no part. Writes frames of `at` [frames, 150] in place. */
export function restArm(at: Float64Array | Float32Array, frames: number, arm: Arm): void {
  const outward = outwardOf(at, frames, arm.shoulder)
  place(at, frames, arm.elbow, arm.shoulder, rest.elbow, outward)
  place(at, frames, arm.wrist, arm.elbow, rest.wrist, outward)
  restHand(at, frames, arm, outward, new Set(handOf(arm)))
}

const handOf = ({ hand }: Arm): number[] => Array.from({ length: HAND }, (_, k) => hand + k)

/** Rule 4, for the joints of the hand that are among `resting`. */
function restHand(
  at: Float64Array | Float32Array,
  frames: number,
  { elbow, wrist, hand }: Arm,
  outward: number,
  resting: ReadonlySet<number>,
): void {
  for (let t = 0; t < frames; t++) {
    const place = (j: number): Point => [at[t * COORDS + j * 3]!, at[t * COORDS + j * 3 + 1]!]
    const places: Places = {
      at: place,
      knows: (j) => !resting.has(j),
      place: (j, [x, y], parent) => at.set([x, y, at[t * COORDS + parent * 3 + 2]!], t * COORDS + j * 3),
      lengths: usual,
    }
    placeHand(places, hand, wrist, forearmDirection(place(elbow), place(wrist), usual[3]!), outward)
  }
}

/** +1 where the shoulder lies right of the neck in the picture, for a mirrored picture too. */
function outwardOf(at: Float64Array | Float32Array, frames: number, shoulder: number): number {
  let sum = 0
  for (let t = 0; t < frames; t++) sum += at[t * COORDS + shoulder * 3]! - at[t * COORDS + joint.neck * 3]!
  return sum < 0 ? -1 : 1
}

function place(
  at: Float64Array | Float32Array,
  frames: number,
  j: number,
  parent: number,
  offset: readonly [number, number],
  outward: number,
): void {
  for (let t = 0; t < frames; t++) {
    const [to, from] = [t * COORDS + j * 3, t * COORDS + parent * 3]
    at[to] = at[from]! + offset[0] * outward
    at[to + 1] = at[from + 1]! + offset[1]
    at[to + 2] = at[from + 2]!
  }
}

/** Rule 1. False, and nothing changed, where the joint is seen in no frame. */
function interpolate(at: Float64Array, seen: Uint8Array, frames: number, j: number): boolean {
  let before = -1
  for (let t = 0; t <= frames; t++) {
    if (t < frames && !seen[t * JOINTS + j]) continue
    if (t === frames && before < 0) return false
    for (let gap = before + 1; gap < t; gap++) {
      const [a, b] = [before < 0 ? t : before, t === frames ? before : t]
      const share = a === b ? 0 : (gap - a) / (b - a)
      for (let axis = 0; axis < 3; axis++) {
        const [from, to] = [at[a * COORDS + j * 3 + axis]!, at[b * COORDS + j * 3 + axis]!]
        at[gap * COORDS + j * 3 + axis] = from + share * (to - from)
      }
    }
    before = t
  }
  return true
}

function dropFalseAlarm(seen: Uint8Array, frames: number, hand: number): void {
  let count = 0
  for (let t = 0; t < frames; t++) count += seen[t * JOINTS + hand]!
  if (count >= Math.min(3, frames * 0.2)) return
  for (let t = 0; t < frames; t++) seen.fill(0, t * JOINTS + hand, t * JOINTS + hand + HAND)
}

/** Rule 5, and the same for a wrist that was not seen at all beside a hand that was. */
function trustHand(at: Float64Array, seen: Uint8Array, frames: number, arm: Arm): void {
  for (let t = 0; t < frames; t++) {
    if (!seen[t * JOINTS + arm.hand]) continue
    const [wrist, hand] = [t * COORDS + arm.wrist * 3, t * COORDS + arm.hand * 3]
    const apart = Math.hypot(at[wrist]! - at[hand]!, at[wrist + 1]! - at[hand + 1]!)
    if (seen[t * JOINTS + arm.wrist] && apart < DISAGREE) continue
    at.copyWithin(wrist, hand, hand + 3)
    seen[t * JOINTS + arm.wrist] = 1
  }
}

/** Rule 3. False, and the joint nowhere, where it is seen in no frame. The wrist is known in every frame by now. */
function moveWithWrist(at: Float64Array, seen: Uint8Array, frames: number, j: number, wrist: number): boolean {
  const shift = (sign: 1 | -1, t: number): void => {
    for (let axis = 0; axis < 3; axis++)
      at[t * COORDS + j * 3 + axis] = at[t * COORDS + j * 3 + axis]! + sign * at[t * COORDS + wrist * 3 + axis]!
  }
  for (let t = 0; t < frames; t++) shift(-1, t)
  if (!interpolate(at, seen, frames, j)) return false
  for (let t = 0; t < frames; t++) shift(1, t)
  return true
}
