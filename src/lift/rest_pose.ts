// Where a joint that no frame of a clip shows is wanted: at rest, in the clip's own lengths. Else lifting would look for it in the middle of the picture, and have
// nothing but the cost of length to go by. One-handed signing is common, and so are arms that hang out of the picture.
//
// - the nose above the neck, a shoulder opposite the other
// - an elbow where both lengths of the arm reach the wrist, bent downwards; with no wrist, below the shoulder
// - a wrist at the hand, on the elbow's side; with no hand, below the elbow
// - a hand in line with its forearm, fingers a little apart

import { KEYPOINT } from '../motion/keypoints.js'
import { direction, forearmDirection, moved, type Places, type Point, placeHand, scaled } from '../motion/rest_hand.js'
import { type Arm, arms, JOINTS, joint } from '../motion/skeleton.js'

/** How much the place of a joint at rest counts beside those that were seen: about as much as smoothness does. */
const REST = 0.1

/** Hanging arms lean outwards a little. */
const LEAN = 0.1

/**
 * The keypoints with a place for each joint of `unseen` in every frame, of little weight.
 *
 * @param keypoints [frames, 50, 3]
 * @param lengths [25], see `initialLengths`
 */
export function withRest(keypoints: Float32Array, frames: number, lengths: Float64Array, unseen: readonly number[]): Float32Array {
  if (unseen.length === 0) return keypoints
  const out = keypoints.slice()
  const hidden = new Set(unseen)
  const outward = new Map(arms.map((arm) => [arm, outwardOf(keypoints, frames, arm, hidden)]))
  for (let t = 0; t < frames; t++) {
    const frame = new Frame(out.subarray(t * JOINTS * KEYPOINT, (t + 1) * JOINTS * KEYPOINT), lengths, hidden)
    frame.placeTrunk()
    for (const arm of arms) frame.placeArm(arm, outward.get(arm)!)
  }
  return out
}

/** 1 where the shoulder is on the picture's right of the neck, −1 where it is on its left: a video may be mirrored. */
function outwardOf(keypoints: Float32Array, frames: number, { shoulder, side }: Arm, hidden: ReadonlySet<number>): number {
  const other = shoulder === joint.rightShoulder ? joint.leftShoulder : joint.rightShoulder
  if (hidden.has(shoulder) || hidden.has(other)) return side
  let sum = 0
  for (let at = 0; at < frames * JOINTS * KEYPOINT; at += JOINTS * KEYPOINT)
    sum += keypoints[at + shoulder * KEYPOINT]! - keypoints[at + other * KEYPOINT]!
  return sum === 0 ? side : Math.sign(sum)
}

/** One frame, filled from the trunk outwards: whatever something hangs on has its place by then. */
class Frame {
  readonly #values: Float32Array
  readonly #lengths: Float64Array
  readonly #hidden: ReadonlySet<number>

  constructor(values: Float32Array, lengths: Float64Array, hidden: ReadonlySet<number>) {
    this.#values = values
    this.#lengths = lengths
    this.#hidden = hidden
  }

  placeTrunk(): void {
    const [right, left] = [joint.rightShoulder, joint.leftShoulder]
    const [head, clavicle] = [this.#lengths[0]!, this.#lengths[1]!]
    if (this.#knows(joint.nose)) this.#place(joint.neck, moved(this.#at(joint.nose), [0, head]))
    else if (this.#knows(right)) this.#place(joint.neck, moved(this.#at(right), [clavicle, 0]))
    else if (this.#knows(left)) this.#place(joint.neck, moved(this.#at(left), [-clavicle, 0]))
    else this.#place(joint.neck, [0, 0])
    this.#place(joint.nose, moved(this.#at(joint.neck), [0, -head]))
    const neck = this.#at(joint.neck)
    for (const { side, shoulder } of arms) {
      const other = shoulder === right ? left : right
      this.#place(shoulder, this.#knows(other) ? mixed(this.#at(other), neck, 2) : moved(neck, [side * clavicle, 0]))
    }
  }

  placeArm({ shoulder, elbow, wrist, hand }: Arm, outward: number): void {
    const [upper, fore, palm] = [this.#lengths[2]!, this.#lengths[3]!, this.#lengths[4]!]
    const held = [wrist, hand].find((j) => this.#knows(j))
    const hanging = moved(this.#at(shoulder), [LEAN * upper * outward, Math.sqrt(1 - LEAN * LEAN) * upper])
    this.#place(elbow, held === undefined ? hanging : bent(this.#at(shoulder), this.#at(held), upper, fore, outward))
    const forearm = forearmDirection(this.#at(elbow), this.#at(held ?? elbow), fore)
    this.#place(wrist, this.#knows(hand) ? moved(this.#at(hand), scaled(forearm, -palm)) : moved(this.#at(elbow), [0, fore]))
    placeHand(this.#places, hand, wrist, forearmDirection(this.#at(elbow), this.#at(wrist), fore), outward)
  }

  get #places(): Places {
    return {
      at: (j) => this.#at(j),
      knows: (j) => this.#knows(j),
      place: (j, point) => this.#place(j, point),
      lengths: this.#lengths,
    }
  }

  #at(j: number): Point {
    return [this.#values[j * KEYPOINT]!, this.#values[j * KEYPOINT + 1]!]
  }

  #knows(j: number): boolean {
    return !this.#hidden.has(j)
  }

  /** What was seen stays where it was. */
  #place(j: number, [x, y]: Point): void {
    if (this.#hidden.has(j)) this.#values.set([x, y, REST], j * KEYPOINT)
  }
}

const mixed = (a: Point, b: Point, share: number): Point => [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]

/** The elbow of an arm from `shoulder` to `wrist` with these lengths, of the two the lower one; on the line where they do not reach. */
function bent(shoulder: Point, wrist: Point, upper: number, fore: number, outward: number): Point {
  const apart = Math.max(1e-6, Math.hypot(wrist[0] - shoulder[0], wrist[1] - shoulder[1]))
  const along = Math.min(upper, Math.max(-upper, (upper * upper - fore * fore + apart * apart) / (2 * apart)))
  const aside = Math.sqrt(upper * upper - along * along)
  const line = direction(shoulder, wrist, 0)
  const square: Point = [-line[1], line[0]]
  const lower = square[1] + 0.5 * outward * square[0] < 0 ? scaled(square, -1) : square
  return moved(moved(shoulder, scaled(line, along)), scaled(lower, aside))
}
