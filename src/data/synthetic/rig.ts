// The synthetic signer's body: a pose of few numbers in, 50 joints with constant bone lengths out.
// The right side is solved once; the left is its mirror image, so both sides share every length exactly.

import { quat, vec3 } from 'gl-matrix'
import { COORDS, joint } from '../../motion/skeleton.js'
import { fingerAxis, fingerJoints, type HandShape, type Point, type Turn } from './hand.js'

/** One hand, in its own side's coordinates: x > 0 is outward from the middle, for the left hand as for the right. */
export interface HandPose {
  /** Where the hand's root is wished; an arm that is too short stretches toward it. */
  readonly place: Point
  readonly turn: Turn
  readonly shape: HandShape
}

export interface Pose {
  readonly right: HandPose
  readonly left: HandPose
  /** Head, radians: x nods (> 0 forward), y tips toward the right side. */
  readonly head: readonly [number, number]
}

/** Half of the normalised shoulder distance of 1/3; both shoulders share y, so the distance in the image is exactly that. */
const SHOULDER: Point = [1 / 6, 0.02, 0.015]
const NOSE: Point = [0, -0.206, 0.028]
const UPPER_ARM = 0.306
const FOREARM = 0.25
const WRIST_TO_HAND = 0.05
/** Elbow to hand root: they lie on one line, so two bones reach the hand. */
const LOWER_ARM = FOREARM + WRIST_TO_HAND
/** Elbows hang outward and down, a little behind. */
const ELBOW_POLE: Point = [0.75, 1, -0.35]
/** How near and far from the shoulder a hand root may be: never quite straight, where an elbow would snap. */
const REACH = { least: 0.16, most: 0.595 }
/** A wrist bends no further than this, in radians; beyond it the hand follows the forearm. */
const WRIST_LIMIT = 0.95

/** Writes the pose's 50 joints, 150 numbers, to `out` from `offset`. */
export function writePose(pose: Pose, out: Float32Array, offset = 0): void {
  out.fill(0, offset, offset + COORDS)
  const put = (index: number, [x, y, z]: Point, side: 1 | -1) => out.set([x * side, y, z], offset + index * 3)

  // The signer's right is to the left in the picture.
  put(joint.nose, nose(pose.head), -1)
  const arms = [
    {
      hand: pose.right,
      side: -1,
      shoulder: joint.rightShoulder,
      root: joint.rightHand,
    },
    {
      hand: pose.left,
      side: 1,
      shoulder: joint.leftShoulder,
      root: joint.leftHand,
    },
  ] as const
  for (const { hand, side, shoulder, root } of arms) {
    const arm = reach(hand.place)
    put(shoulder, SHOULDER, side)
    put(shoulder + 1, arm.elbow, side)
    put(shoulder + 2, arm.wrist, side)
    put(root, arm.hand, side)
    const turn = followForearm(hand.turn, arm.forearm)
    for (const [i, point] of fingerJoints(arm.hand, turn, hand.shape).entries()) put(root + 1 + i, point, side)
  }
}

/** The pose a share `s` of the way from `a` to `b`: places on a line, turns on the shortest arc. */
export function between(a: Pose, b: Pose, s: number): Pose {
  const mix = (x: number, y: number) => x + (y - x) * s
  const hand = (from: HandPose, to: HandPose): HandPose => ({
    place: vec3.lerp([0, 0, 0], from.place, to.place, s) as Point,
    turn: quat.slerp([0, 0, 0, 1], from.turn, to.turn, s) as Turn,
    shape: mixShapes(from.shape, to.shape, s),
  })
  return {
    right: hand(a.right, b.right),
    left: hand(a.left, b.left),
    head: [mix(a.head[0], b.head[0]), mix(a.head[1], b.head[1])],
  }
}

/** The hand shape a share `s` of the way from `a` to `b`. */
export function mixShapes(a: HandShape, b: HandShape, s: number): HandShape {
  const curl = a.curl.map((x, k) => x + (b.curl[k]! - x) * s) as unknown as HandShape['curl']
  return { curl, spread: a.spread + (b.spread - a.spread) * s }
}

function nose([nod, tip]: Pose['head']): Point {
  const turn = quat.setAxisAngle([0, 0, 0, 1], [0, 0, 1], tip)
  quat.rotateX(turn, turn, -nod)
  return vec3.transformQuat([0, 0, 0], NOSE, turn) as Point
}

/** Analytic inverse kinematics of two bones: the elbow by the law of cosines, turned about the reach toward the pole. */
function reach(place: Point): {
  elbow: Point
  wrist: Point
  hand: Point
  forearm: Point
} {
  const toward = vec3.subtract([0, 0, 0], place, SHOULDER) as Point
  const distance = Math.min(Math.max(vec3.length(toward), REACH.least), REACH.most)
  vec3.normalize(toward, toward)
  const side = vec3.scaleAndAdd([0, 0, 0], ELBOW_POLE, toward, -vec3.dot(ELBOW_POLE, toward)) as Point
  vec3.normalize(side, side)

  const foot = (UPPER_ARM ** 2 - LOWER_ARM ** 2 + distance ** 2) / (2 * distance)
  const height = Math.sqrt(UPPER_ARM ** 2 - foot ** 2)
  const elbow = vec3.scaleAndAdd([0, 0, 0], SHOULDER, toward, foot) as Point
  vec3.scaleAndAdd(elbow, elbow, side, height)
  const hand = vec3.scaleAndAdd([0, 0, 0], SHOULDER, toward, distance) as Point
  const forearm = vec3.subtract([0, 0, 0], hand, elbow) as Point
  vec3.normalize(forearm, forearm)
  return {
    elbow,
    wrist: vec3.scaleAndAdd([0, 0, 0], elbow, forearm, FOREARM) as Point,
    hand,
    forearm,
  }
}

function followForearm(turn: Turn, forearm: Point): Turn {
  const fingers = fingerAxis(turn)
  const excess = Math.acos(Math.min(1, Math.max(-1, vec3.dot(fingers, forearm)))) - WRIST_LIMIT
  if (excess <= 0) return turn
  const axis = vec3.cross([0, 0, 0], fingers, forearm)
  vec3.normalize(axis, axis)
  return quat.multiply([0, 0, 0, 1], quat.setAxisAngle([0, 0, 0, 1], axis, excess), turn) as Turn
}
