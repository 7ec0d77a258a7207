// What no signer's body does, however the clip was made: the mark of a detection gone wrong. Every limit is about twice the most that 281 published `.pose` clips,
// ten PHOENIX14T clips, three lifted How2Sign clips and the built-in signer have, so that only what is broken is found.

import { counted } from '../base/counted.js'
import { boneLengthSpread, boneLengths, medianBoneLengths } from '../motion/bone_lengths.js'
import { arms, bones, COORDS, fingers, JOINTS, joint, jointNames } from '../motion/skeleton.js'

interface BoneLimit {
  /** In the normal scale, shoulders 1/3 apart. */
  readonly longest: number
  /** Standard deviation over mean within a clip; fingers seen end on have no limit. */
  readonly spread: number
}

/** By the numbers of shared lengths (see `bones`): head, clavicle, upper arm, forearm, wrist to hand; then all in the hand alike. */
const body: readonly BoneLimit[] = [
  { longest: 0.6, spread: 0.5 },
  { longest: 0.4, spread: 0.5 },
  { longest: 0.85, spread: 0.6 },
  { longest: 0.95, spread: 1.2 },
  { longest: 0.25, spread: Number.POSITIVE_INFINITY },
]
const hand: BoneLimit = { longest: 0.6, spread: Number.POSITIVE_INFINITY }
/** The root of a hand doubles the wrist: that bone may have no length. */
const WRIST_TO_HAND = 4
/** Middle distance of a wrist and the root of its hand over a clip; in those clips up to 0.08. */
const HAND_OFF = 0.16
/** A bone shorter than this is none. */
const POINT = 1e-3
const FINGER_JOINTS = 4 * fingers.length
/** Distance of a joint from the neck. */
const REACH = 1.7
/** Units a second, of any joint; and what a joint must move at least, whatever the rate. The fastest is 18. */
const SPEED = 40
const JUMP = 0.5

/**
 * What is impossible in a motion of the normal scale, as `wanted …, got …`, each kind of fault once, by the first frame that shows it; empty for a motion that a
 * body can do.
 */
export function impossible(joints: Float32Array, frames: number, fps: number): string[] {
  const found = [
    longBone(joints, frames),
    handOff(joints, frames),
    ...collapsed(joints, frames),
    stretchedBone(joints, frames),
    farJoint(joints, frames),
    jump(joints, frames, fps),
  ]
  return found.filter((problem) => problem !== undefined)
}

const limitOf = (bone: number): BoneLimit => body[bones[bone]!.length] ?? hand

const nameOf = (bone: number): string => `${jointNames[bones[bone]!.parent]} to ${jointNames[bones[bone]!.child]}`

/** The normal scale's unit says nothing to people. */
const inShoulders = (value: number): string => `${(3 * value).toFixed(1)} shoulder widths`

function longBone(joints: Float32Array, frames: number): string | undefined {
  for (const [b, lengths] of boneLengths({ joints, frames }).entries()) {
    const { longest } = limitOf(b)
    const t = lengths.findIndex((length) => length > longest)
    if (t >= 0) return `wanted ${nameOf(b)} within ${inShoulders(longest)}, got ${inShoulders(lengths[t]!)} in frame ${t}`
  }
  return undefined
}

/** Hands at the wrong wrists, which lifting spreads evenly over a clip. */
function handOff(joints: Float32Array, frames: number): string | undefined {
  for (const [b, length] of medianBoneLengths({ joints, frames }).entries()) {
    if (bones[b]!.length !== WRIST_TO_HAND || length <= HAND_OFF) continue
    return `wanted ${nameOf(b)} within ${inShoulders(HAND_OFF)} in most frames, got ${inShoulders(length)}: the hands may be on the wrong arms`
  }
  return undefined
}

/**
 * What a motion may be, but hardly is of a signer, worded as {@link impossible} does: a hand that is one point in every frame, which files made before a hand never
 * seen was put at rest have, and a head below the shoulders, as where y points up.
 */
export function unlikely(joints: Float32Array, frames: number): string[] {
  const [right, left] = handPoints(longestBones(joints, frames))
  const oneHand = `wanted hands with fingers, got the ${right ? 'right' : 'left'} one in one point in all ${counted(frames, 'frame')}`
  const found = [right === left ? undefined : oneHand, headDown(joints, frames)]
  return found.filter((problem) => problem !== undefined)
}

function headDown(joints: Float32Array, frames: number): string | undefined {
  const below = Array.from({ length: frames }, (_, t) => t * COORDS).filter(
    (at) => joints[at + joint.nose * 3 + 1]! > joints[at + joint.neck * 3 + 1]!,
  )
  if (2 * below.length <= frames) return undefined
  return `wanted the nose above the neck, got it below in ${below.length} of ${counted(frames, 'frame')}: y may point up, and must point down`
}

/** The most that each bone has in any frame. */
const longestBones = (joints: Float32Array, frames: number): number[] =>
  boneLengths({ joints, frames }).map((lengths) => lengths.reduce((most, length) => Math.max(most, length), 0))

/** Whether the right hand and the left one have no bone with a length. */
function handPoints(longest: readonly number[]): boolean[] {
  return arms.map(({ hand: root }) =>
    longest.every((length, b) => bones[b]!.child <= root || bones[b]!.child > root + FINGER_JOINTS || length < POINT),
  )
}

/**
 * Bones without length in every frame: in one frame they may point at the camera. The hand of an arm that takes no part may be one point, see {@link unlikely}, but
 * not both: then the fingers of the hand that signs are lost.
 */
function collapsed(joints: Float32Array, frames: number): string[] {
  const longest = longestBones(joints, frames)
  const found = longest.flatMap((length, b) => {
    const inBody = bones[b]!.length < WRIST_TO_HAND
    return inBody && length < POINT
      ? [`wanted ${nameOf(b)} to have a length, got ${inShoulders(length)} in all ${counted(frames, 'frame')}`]
      : []
  })
  if (handPoints(longest).every((onePoint) => onePoint))
    found.push(`wanted hands with fingers, got each in one point in all ${counted(frames, 'frame')}`)
  return found
}

function stretchedBone(joints: Float32Array, frames: number): string | undefined {
  for (const [b, spread] of boneLengthSpread({ joints, frames }).entries()) {
    const { spread: most } = limitOf(b)
    if (spread > most)
      return `wanted ${nameOf(b)} of about one length, got lengths that vary by ${Math.round(100 * spread)} % of their mean`
  }
  return undefined
}

function farJoint(joints: Float32Array, frames: number): string | undefined {
  for (let cell = 0; cell < frames * JOINTS; cell++) {
    const distance = Math.hypot(joints[cell * 3]!, joints[cell * 3 + 1]!, joints[cell * 3 + 2]!)
    if (distance <= REACH) continue
    const place = `frame ${Math.floor(cell / JOINTS)}, ${jointNames[cell % JOINTS]}`
    return `wanted every joint within ${inShoulders(REACH)} of the neck, got ${inShoulders(distance)} in ${place}`
  }
  return undefined
}

function jump(joints: Float32Array, frames: number, fps: number): string | undefined {
  const most = Math.max(JUMP, SPEED / fps)
  for (let i = COORDS; i < frames * COORDS; i += 3) {
    const step = Math.hypot(
      joints[i]! - joints[i - COORDS]!,
      joints[i + 1]! - joints[i + 1 - COORDS]!,
      joints[i + 2]! - joints[i + 2 - COORDS]!,
    )
    if (step <= most) continue
    const [t, name] = [Math.floor(i / COORDS), jointNames[(i % COORDS) / 3]]
    return `wanted joints that move, got one that jumps: ${name} by ${inShoulders(step)} from frame ${t - 1} to ${t}`
  }
  return undefined
}
