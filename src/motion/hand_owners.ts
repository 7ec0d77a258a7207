// Whose hand is whose. Detectors that look for hands on their own, and tools that write two hands by name, put some of them on the wrong arm: for a few frames,
// or in a whole clip. Lifting would then tear the forearms off, so the hands are compared with the wrists in the detector's own picture and given back.
//
// Distances count in the clip's median shoulder distance. A frame tells where both wrists are seen and at least one hand:
//
// - right, where each hand seen begins at least twice as near to its own wrist as to the other, and nearer by more than 0.2;
// - exchanged, where each is at the other wrist in the same sense, and nearer by more than 0.3. The arms must be in place then, so that it is not them that are
//   exchanged: shoulders the way round that they are in the clip, each wrist nearer to its own elbow than to the other.
//
// Of hands near each other, of one without its wrist, and of two found in one place, nothing is known: such a frame goes with the nearest that tells.

import { counted } from '../base/counted.js'
import { KEYPOINT } from './keypoints.js'
import { arms, JOINTS, joint } from './skeleton.js'

const FRAME = JOINTS * KEYPOINT
const HAND = joint.rightHand - joint.leftHand
/** Points seen with less confidence are no evidence. */
const SURE = 0.2
const NEARER = 2
const APART = { right: 0.2, exchanged: 0.3 }

/** Points [frames, 50, 3] of one signer: x, y, confidence. */
export interface SeenJoints {
  readonly keypoints: Float32Array
  readonly frames: number
}

/** The frames, by position and rising, in which each hand is on the other's arm by the rule above. */
export function exchangedHands({ keypoints, frames }: SeenJoints): number[] {
  const picture = new Picture(keypoints, frames)
  const verdicts = Array.from({ length: frames }, (_, t) => picture.verdict(t))
  if (!verdicts.includes('exchanged')) return []
  const before = nearestTelling(verdicts)
  const after = nearestTelling(verdicts.toReversed()).reverse()
  const nearest = (t: number): Verdict => {
    const [back, on] = [before[t], after[t] === undefined ? undefined : frames - 1 - after[t]]
    return verdicts[on === undefined || (back !== undefined && t - back <= on - t) ? back! : on]
  }
  return [...verdicts.keys()].filter((t) => nearest(t) === 'exchanged')
}

/** The clip with each hand on its own arm, and a note on what was done; the clip itself, and no note, where nothing was. */
export function ownHands<C extends SeenJoints>(clip: C): { readonly clip: C; readonly notes: readonly string[] } {
  const exchanged = exchangedHands(clip)
  if (exchanged.length === 0) return { clip, notes: [] }
  const keypoints = clip.keypoints.slice()
  for (const t of exchanged) exchangeHands(keypoints, t)
  return { clip: { ...clip, keypoints }, notes: [exchangedNote(exchanged.length, clip.frames)] }
}

export const exchangedNote = (exchanged: number, frames: number): string =>
  `left and right hand exchanged in ${exchanged} of ${counted(frames, 'frame')}: each began at the other's wrist`

/** Puts the hands of frame `t` in each other's place. `values` holds `width` numbers of each joint, [frames, 50, width]. */
export function exchangeHands(values: Float32Array | Float64Array | Uint8Array, t: number, width = KEYPOINT): void {
  const [left, right] = [(t * JOINTS + joint.leftHand) * width, (t * JOINTS + joint.rightHand) * width]
  const kept = values.slice(left, left + HAND * width)
  values.copyWithin(left, right, right + HAND * width)
  values.set(kept, right)
}

type Verdict = 'right' | 'exchanged' | undefined

/** For each frame the last up to it that tells. */
function nearestTelling(verdicts: readonly Verdict[]): (number | undefined)[] {
  let last: number | undefined
  return verdicts.map((verdict, t) => {
    if (verdict) last = t
    return last
  })
}

class Picture {
  readonly #keypoints: Float32Array
  /** Median distance of the shoulders; NaN where no frame shows both. */
  readonly #width: number
  /** Sum of the lines from right shoulder to left. */
  readonly #line: readonly [x: number, y: number]

  constructor(keypoints: Float32Array, frames: number) {
    this.#keypoints = keypoints
    const lines = Array.from({ length: frames }, (_, t) => this.#shoulders(t)).filter((line) => line !== undefined)
    const widths = Float64Array.from(lines, ([x, y]) => Math.hypot(x, y)).sort()
    this.#width = widths[widths.length >> 1] ?? Number.NaN
    this.#line = [lines.reduce((sum, [x]) => sum + x, 0), lines.reduce((sum, [, y]) => sum + y, 0)]
  }

  verdict(t: number): Verdict {
    if (!arms.every(({ wrist }) => this.#sees(t, wrist))) return undefined
    const hands = arms.flatMap((arm, a) => {
      if (!this.#sees(t, arm.hand)) return []
      return [{ own: this.#apart(t, arm.hand, arm.wrist), other: this.#apart(t, arm.hand, arms[1 - a]!.wrist) }]
    })
    if (hands.length === 0) return undefined
    const nearer = (near: number, far: number, apart: number): boolean => NEARER * near <= far && far - near > apart * this.#width
    if (hands.every(({ own, other }) => nearer(own, other, APART.right))) return 'right'
    const exchanged = hands.every(({ own, other }) => nearer(other, own, APART.exchanged))
    return exchanged && this.#armsInPlace(t) ? 'exchanged' : undefined
  }

  #armsInPlace(t: number): boolean {
    const line = this.#shoulders(t)
    if (line && line[0] * this.#line[0] + line[1] * this.#line[1] <= 0) return false
    if (!arms.every(({ elbow }) => this.#sees(t, elbow))) return true
    return arms.every(({ wrist, elbow }, a) => this.#apart(t, wrist, elbow) < this.#apart(t, wrist, arms[1 - a]!.elbow))
  }

  #shoulders(t: number): readonly [x: number, y: number] | undefined {
    if (!this.#sees(t, joint.rightShoulder) || !this.#sees(t, joint.leftShoulder)) return undefined
    return this.#between(t, joint.rightShoulder, joint.leftShoulder)
  }

  #sees(t: number, j: number): boolean {
    return this.#keypoints[t * FRAME + j * KEYPOINT + 2]! >= SURE
  }

  #apart(t: number, a: number, b: number): number {
    return Math.hypot(...this.#between(t, a, b))
  }

  #between(t: number, from: number, to: number): readonly [x: number, y: number] {
    const [a, b] = [t * FRAME + from * KEYPOINT, t * FRAME + to * KEYPOINT]
    return [this.#keypoints[b]! - this.#keypoints[a]!, this.#keypoints[b + 1]! - this.#keypoints[a + 1]!]
  }
}
