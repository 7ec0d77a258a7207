// From the last frame of one letter to the first of the next, and from one word to the next.
//
// `even` moves every coordinate in a straight line, in as many frames for all letters. It is short of bone: a finger that turns by 90 degrees is a third too short
// half-way. `measured` turns the bones of arms and hands (rig_joints.ts), and takes as long as the fingertip with the farthest to go: no tip is faster than
// FASTEST, half-way where it is fastest. In the lexicon's own clips, where a hand comes up and forms its letter, the fastest fingertip reaches 1.8 to 8.8 a second
// against its wrist (first to ninth tenth of the clips of four languages, in the normal scale, whose shoulders are 1/3 apart): FASTEST is what the slowest reach.

import { wayBetween } from '../../motion/rig_joints.js'
import { type Arm, COORDS, fingers } from '../../motion/skeleton.js'

const FASTEST = 2
/** A smooth start and end cost this much of the average speed half-way. */
const PEAK = 1.5
/** Fewest and most frames of a measured join, at 25 frames a second. */
const BOUNDS = { least: 2, most: 8, fps: 25 } as const
const FINGER_JOINTS = 4 * fingers.length
/** How far a hand slides out between two words, turned about its elbow in the picture, in radians: a third of the shoulders' width at the wrist. */
const SLIDE = 0.45

/** Frames between two frames of 150 numbers, by the fingertip of these arms that has the farthest to go. */
export function measuredFrames(a: Float32Array, b: Float32Array, arms: readonly Arm[], fps: number): number {
  const tips = arms.flatMap(({ hand }) => fingers.map((_, k) => (hand + 4 * (k + 1)) * 3))
  const farthest = Math.max(0, ...tips.map((i) => Math.hypot(a[i]! - b[i]!, a[i + 1]! - b[i + 1]!, a[i + 2]! - b[i + 2]!)))
  const steps = Math.ceil((PEAK * farthest * fps) / FASTEST)
  const bound = (frames: number): number => Math.max(1, Math.round((frames * fps) / BOUNDS.fps))
  return Math.min(bound(BOUNDS.most), Math.max(bound(BOUNDS.least), steps - 1))
}

/** Fills the frames between `from` and `to`: every coordinate leaves and arrives with no speed, and never overshoots. */
export function blend(joints: Float32Array, from: number, to: number): void {
  for (let t = from + 1; t < to; t++) {
    const share = eased((t - from) / (to - from))
    for (let i = 0; i < COORDS; i++) {
      const [a, b] = [joints[from * COORDS + i]!, joints[to * COORDS + i]!]
      joints[t * COORDS + i] = a + share * (b - a)
    }
  }
}

/**
 * Puts arms into the frames between `from` and `to` again, below the shoulders that are there: their bones turn from one frame to the other and keep their lengths.
 * With `slide`, each hand goes out to its own side and comes back on the way.
 */
export function turnArms(
  joints: Float32Array,
  from: number,
  to: number,
  arms: readonly Arm[],
  { slide }: { readonly slide: boolean },
): void {
  const frame = (t: number): Float32Array => joints.subarray(t * COORDS, (t + 1) * COORDS)
  const way = wayBetween(frame(from), frame(to))
  for (let t = from + 1; t < to; t++) {
    const passed = (t - from) / (to - from)
    const posture = way.at(eased(passed))
    for (const arm of arms) {
      if (slide) slideOut(posture, arm, SLIDE * Math.sin(Math.PI * passed) ** 2)
      putArm(frame(t), posture, arm)
    }
  }
}

const eased = (passed: number): number => passed * passed * (3 - 2 * passed)

/** Turns forearm and hand about the elbow in the picture. */
function slideOut(posture: Float32Array, { side, elbow, wrist, hand }: Arm, angle: number): void {
  const [cos, sin] = [Math.cos(side * angle), Math.sin(side * angle)]
  const [ex, ey] = [posture[elbow * 3]!, posture[elbow * 3 + 1]!]
  for (const j of [wrist, ...handJoints(hand)]) {
    const [x, y] = [posture[j * 3]! - ex, posture[j * 3 + 1]! - ey]
    posture[j * 3] = ex + cos * x - sin * y
    posture[j * 3 + 1] = ey + sin * x + cos * y
  }
}

function putArm(frame: Float32Array, posture: Float32Array, { shoulder, elbow, wrist, hand }: Arm): void {
  for (const j of [elbow, wrist, ...handJoints(hand)])
    for (let axis = 0; axis < 3; axis++)
      frame[j * 3 + axis] = posture[j * 3 + axis]! + (frame[shoulder * 3 + axis]! - posture[shoulder * 3 + axis]!)
}

const handJoints = (hand: number): number[] => Array.from({ length: FINGER_JOINTS + 1 }, (_, k) => hand + k)
