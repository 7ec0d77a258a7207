// The synthetic signer's hand: which shapes it can take, and where a shape puts the twenty finger joints.

import { quat, vec3 } from 'gl-matrix'

/** x, y, z in normalised units (shoulders 1/3 apart), y down, z toward the viewer. */
export type Point = [number, number, number]
/** A unit quaternion x, y, z, w. Plain arrays keep gl-matrix in float64. */
export type Turn = [number, number, number, number]

export interface HandShape {
  /** Thumb first; 0 straight, 1 closed. */
  readonly curl: readonly [number, number, number, number, number]
  /** 0 fingers together, 1 apart. */
  readonly spread: number
}

/** Shapes many sign languages share; each synthetic language combines them its own way. */
export const handShapes = {
  flat: { curl: [0.15, 0, 0, 0, 0], spread: 0 },
  five: { curl: [0, 0, 0, 0, 0], spread: 1 },
  fist: { curl: [0.9, 1, 1, 1, 1], spread: 0 },
  point: { curl: [0.9, 0, 1, 1, 1], spread: 0 },
  two: { curl: [0.9, 0, 0, 1, 1], spread: 1 },
  three: { curl: [0, 0, 0, 1, 1], spread: 0.8 },
  little: { curl: [0.9, 1, 1, 1, 0], spread: 0.3 },
  horns: { curl: [0, 0, 1, 1, 0], spread: 0.6 },
  thumb: { curl: [0, 1, 1, 1, 1], spread: 0 },
  ring: { curl: [0.75, 0.6, 0.15, 0.05, 0], spread: 0.7 },
  claw: { curl: [0.3, 0.5, 0.5, 0.5, 0.5], spread: 0.9 },
  bent: { curl: [0.3, 0.42, 0.42, 0.42, 0.42], spread: 0 },
} as const satisfies Record<string, HandShape>

/** A hand at ease. */
export const relaxed: HandShape = {
  curl: [0.25, 0.25, 0.28, 0.32, 0.36],
  spread: 0.3,
}

interface Digit {
  /** Palm bone, then three segments. */
  readonly lengths: readonly [number, number, number, number]
  /** Angle of the palm bone away from the hand's axis, toward the thumb side, in radians. */
  readonly fan: number
  /** What the digit bends about, in its own frame: a finger toward the palm, a thumb also across it. */
  readonly hinge: Point
  /** Bend of the three segments when closed, in radians. */
  readonly closed: readonly [number, number, number]
}

const finger = {
  hinge: [1, 0, 0] as Point,
  closed: [1.45, 1.75, 1.1] as const,
}

const digits: readonly Digit[] = [
  {
    lengths: [0.042, 0.045, 0.04, 0.026],
    fan: 0.9,
    hinge: [0.5, 0, 0.866],
    closed: [0.5, 0.9, 0.9],
  },
  { lengths: [0.086, 0.052, 0.032, 0.024], fan: 0.28, ...finger },
  { lengths: [0.084, 0.057, 0.034, 0.025], fan: 0.07, ...finger },
  { lengths: [0.076, 0.052, 0.032, 0.024], fan: -0.15, ...finger },
  { lengths: [0.068, 0.041, 0.024, 0.019], fan: -0.38, ...finger },
]

/** Least and most a spread turns the segments, as a share of the palm bone's fan. */
const FAN_CLOSED = 0.15
const FAN_OPEN = 1.2

/**
 * The hand's twenty finger joints, thumb to little finger, root to tip.
 * A hand's own frame: x to the thumb side, y along the fingers, z out of the palm; `turn` takes it into the body's.
 */
export function fingerJoints(root: Point, turn: Turn, shape: HandShape): Point[] {
  return digits.flatMap(({ lengths, fan, hinge, closed }, k) => {
    const curl = shape.curl[k]!
    const palm = quat.rotateZ([0, 0, 0, 1], turn, -fan) as Turn
    const segment = quat.rotateZ([0, 0, 0, 1], turn, -fan * (FAN_CLOSED + (FAN_OPEN - FAN_CLOSED) * shape.spread)) as Turn
    const joints: Point[] = [along(palm, lengths[0], root)]
    for (const [i, bend] of closed.entries()) {
      quat.multiply(segment, segment, quat.setAxisAngle([0, 0, 0, 1], hinge, bend * curl))
      joints.push(along(segment, lengths[i + 1]!, joints[i]!))
    }
    return joints
  })
}

/** The turn that lays a right-side hand's fingers along `fingers` and lets its palm look toward `palm`, as nearly square as it can. */
export function facing(fingers: Point, palm: Point): Turn {
  const y = vec3.normalize([0, 0, 0], fingers) as Point
  const x = vec3.cross([0, 0, 0], y, palm) as Point
  vec3.normalize(x, x)
  const z = vec3.cross([0, 0, 0], x, y) as Point
  const turn = quat.fromMat3([0, 0, 0, 1], [...x, ...y, ...z])
  return quat.normalize(turn, turn) as Turn
}

/** The direction a hand's fingers point in. */
export function fingerAxis(turn: Turn): Point {
  return vec3.transformQuat([0, 0, 0], [0, 1, 0], turn) as Point
}

function along(turn: Turn, length: number, from: Point): Point {
  return vec3.scaleAndAdd([0, 0, 0], from, fingerAxis(turn), length) as Point
}
