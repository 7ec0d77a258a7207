// Two motions of one layout held against each other by the points that their detector saw. What counts is the body and both hands: a face is as many points as all of
// these, and goes with the head. A point that was not seen in the reference is not asked for; one that is missing in the hypothesis alone is a shoulder width off.

import { SignError } from '../base/errors.js'
import type { Motion } from '../motion/clip.js'
import { type Layout, partOf, pointsOf } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { RESTING_FINGERS } from './hand_dtw.js'
import { durationRatio, mean, STILL } from './motion.js'
import type { MeanScores } from './scores.js'
import { cheapestPath } from './warp.js'

/** Shoulders are 1/3 apart. */
const SHOULDERS = 1 / 3

/** Every score of one motion beside its reference, both of one layout; how much bones stretch is not told of layouts that have no lengths. Throws ERR_DATA for two layouts. */
export function scoreLayoutPair({ reference, hypothesis }: { readonly reference: Motion; readonly hypothesis: Motion }): MeanScores {
  const layout = layoutOfMotion(reference)
  const got = layoutOfMotion(hypothesis)
  if (got !== layout)
    throw new SignError('ERR_DATA', 'scores', `wanted two motions of ${layout.name}, got one of ${got.name}`, 'Convert one of them')
  const points = (['body', 'leftHand', 'rightHand'] as const).flatMap((part) => pointsOf(partOf(layout, part)))
  const [a, b] = [new Seen(reference, layout), new Seen(hypothesis, layout)]
  return {
    dtw: alignedError(a, b, points, 'l1'),
    handDtw: handError(a, b, layout),
    dtwMje: alignedError(a, b, points, 'l2'),
    wristPathRatio: pathRatio(a, b, layout),
    durationRatio: durationRatio(reference, hypothesis),
    poseStdRatio: a.deviation(points) > 0 ? b.deviation(points) / a.deviation(points) : Number.NaN,
    boneSpread: Number.NaN,
  }
}

/** The points of a motion, each seen or not. */
class Seen {
  readonly frames: number
  readonly #motion: Motion
  readonly #layout: Layout
  /** Where points are measured from in each frame; undefined: from the motion's origin. */
  readonly #root: number | undefined

  constructor(motion: Motion, layout: Layout, root?: number) {
    this.frames = motion.frames
    this.#motion = motion
    this.#layout = layout
    this.#root = root
  }

  /** The same points, measured from one of them. */
  from(root: number): Seen {
    return new Seen(this.#motion, this.#layout, root)
  }

  sees(t: number, point: number): boolean {
    const { confidence } = this.#motion
    const sure = (one: number): boolean => confidence === undefined || confidence[t * this.#layout.points + one]! > 0
    return sure(point) && (this.#root === undefined || sure(this.#root))
  }

  at(t: number, point: number, axis: number): number {
    const { points, dims } = this.#layout
    const value = this.#motion.joints[(t * points + point) * dims + axis]!
    return this.#root === undefined ? value : value - this.#motion.joints[(t * points + this.#root) * dims + axis]!
  }

  get dims(): number {
    return this.#layout.dims
  }

  /** How far a point travels from each sighting to the next. */
  travelled(point: number): number {
    let path = 0
    let before = -1
    for (let t = 0; t < this.frames; t++) {
      if (!this.sees(t, point)) continue
      if (before >= 0) path += Math.hypot(...this.#axes().map((axis) => this.at(t, point, axis) - this.at(before, point, axis)))
      before = t
    }
    return path
  }

  /** Root of the variance over the frames that show a point, averaged over coordinates. */
  deviation(points: readonly number[]): number {
    let [variance, count] = [0, 0]
    for (const point of points) {
      const times = Array.from({ length: this.frames }, (_, t) => t).filter((t) => this.sees(t, point))
      if (times.length === 0) continue
      for (const axis of this.#axes()) {
        const middle = mean(times.map((t) => this.at(t, point, axis)))
        variance += mean(times.map((t) => (this.at(t, point, axis) - middle) ** 2))
        count += 1
      }
    }
    return count > 0 ? Math.sqrt(variance / count) : 0
  }

  #axes(): number[] {
    return Array.from({ length: this.dims }, (_, axis) => axis)
  }
}

/**
 * The mean error of a frame over the cheapest path, as `dtw` and `dtwMje` have it of 50 joints: `l1` sums absolute differences over all coordinates, as many as if
 * all points had been seen, and is divided by the reference's frames; `l2` is the mean distance of a point, over the path.
 */
function alignedError(reference: Seen, hypothesis: Seen, points: readonly number[], norm: 'l1' | 'l2'): number {
  const { cost, path } = cheapestPath(reference.frames, hypothesis.frames, (i, j) => frameError(reference, i, hypothesis, j, points, norm))
  return norm === 'l1' ? (cost * points.length) / reference.frames : cost / path.length
}

/** Of the points that the reference shows; 0 where it shows none. */
function frameError(reference: Seen, i: number, hypothesis: Seen, j: number, points: readonly number[], norm: 'l1' | 'l2'): number {
  let [sum, count] = [0, 0]
  for (const point of points) {
    if (!reference.sees(i, point)) continue
    count += 1
    if (!hypothesis.sees(j, point)) {
      sum += SHOULDERS
      continue
    }
    let [absolute, squares] = [0, 0]
    for (let axis = 0; axis < reference.dims; axis++) {
      const gap = reference.at(i, point, axis) - hypothesis.at(j, point, axis)
      absolute += Math.abs(gap)
      squares += gap * gap
    }
    sum += norm === 'l1' ? absolute : Math.sqrt(squares)
  }
  return count > 0 ? sum / count : 0
}

/** The same of the hands that sign in the reference, relative to their own wrists, a hand; NaN where none signs. */
function handError(reference: Seen, hypothesis: Seen, layout: Layout): number {
  const { anchors } = layout
  const errors = (['leftHand', 'rightHand'] as const).flatMap((hand) => {
    const [root, ...fingers] = pointsOf(partOf(layout, hand))
    const wrist = hand === 'leftHand' ? anchors.leftWrist : anchors.rightWrist
    const own = reference.from(root!)
    if (reference.travelled(wrist) <= STILL && own.deviation(fingers) <= RESTING_FINGERS) return []
    return [alignedError(own, hypothesis.from(root!), fingers, 'l1')]
  })
  return mean(errors)
}

/** Of the wrists that move in the reference, as `wristPathRatio` has it. */
function pathRatio(reference: Seen, hypothesis: Seen, { anchors }: Layout): number {
  const ratios = [anchors.rightWrist, anchors.leftWrist]
    .filter((wrist) => reference.travelled(wrist) > STILL)
    .map((wrist) => hypothesis.travelled(wrist) / reference.travelled(wrist))
  return mean(ratios)
}
