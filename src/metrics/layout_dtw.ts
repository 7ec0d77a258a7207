// Two motions of one layout aligned by the points that their detector saw. A point that was not seen in the reference is not asked for; one that is missing in the
// hypothesis alone is a shoulder width off.

import { type Layout, type PartName, partOf, pointsOf } from '../motion/layout/layout.js'
import { RESTING_FINGERS } from './hand_dtw.js'
import { mean, SHOULDER_WIDTHS, STILL } from './motion.js'
import type { SeenPoints } from './seen_points.js'
import { cheapestPath, symmetric } from './warp.js'

/** Shoulders are 1/3 apart. */
export const SHOULDERS = 1 / 3

/** What motions are aligned by: a face is as many points as all of these, and goes with the head. */
const alignedParts: readonly PartName[] = ['body', 'leftHand', 'rightHand']

/** The points of body and hands. */
export const signingPoints = (layout: Layout): number[] => alignedParts.flatMap((part) => pointsOf(partOf(layout, part)))

/**
 * The mean error of a frame over the cheapest path, as `dtw` and `dtwMje` have it of 50 joints: `l1` sums absolute differences over all coordinates, as many as if
 * all points had been seen, and is divided by the reference's frames; `l2` is the mean distance of a point, over the path.
 */
export function alignedError(reference: SeenPoints, hypothesis: SeenPoints, points: readonly number[], norm: 'l1' | 'l2'): number {
  const { cost, path } = cheapestPath(reference.frames, hypothesis.frames, (i, j) => frameError(reference, i, hypothesis, j, points, norm))
  return norm === 'l1' ? (cost * points.length) / reference.frames : cost / path.length
}

/** Distances of points summed over a path of frames, and how long it is. */
export interface PathError {
  readonly sum: number
  readonly steps: number
}

/** The mean distance of a point over the path on which whole frames are nearest, as `slrtpScores` has it of 50 joints: frames are as far apart as their vectors of coordinates. */
export function frameAlignedError(reference: SeenPoints, hypothesis: SeenPoints, points: readonly number[]): PathError {
  const apart = (i: number, j: number) => Math.sqrt(frameError(reference, i, hypothesis, j, points, 'squares'))
  const { path } = cheapestPath(reference.frames, hypothesis.frames, apart)
  const sum = path.reduce((total, [i, j]) => total + frameError(reference, i, hypothesis, j, points, 'l2'), 0)
  return { sum, steps: path.length }
}

/** The mean over the points that the reference shows; 0 where it shows none. `squares`: of squared distances. */
function frameError(
  reference: SeenPoints,
  i: number,
  hypothesis: SeenPoints,
  j: number,
  points: readonly number[],
  norm: 'l1' | 'l2' | 'squares',
): number {
  let [sum, count] = [0, 0]
  for (const point of points) {
    if (!reference.sees(i, point)) continue
    count += 1
    if (!hypothesis.sees(j, point)) {
      sum += norm === 'squares' ? SHOULDERS ** 2 : SHOULDERS
      continue
    }
    let [absolute, squares] = [0, 0]
    for (let axis = 0; axis < reference.dims; axis++) {
      const gap = reference.at(i, point, axis) - hypothesis.at(j, point, axis)
      absolute += Math.abs(gap)
      squares += gap * gap
    }
    sum += norm === 'l1' ? absolute : norm === 'l2' ? Math.sqrt(squares) : squares
  }
  return count > 0 ? sum / count : 0
}

/** The mean distance of aligned frames as `normalisedDtw` has it of 50 joints, in shoulder widths. */
export interface LayoutAlignment {
  /** Over the points of body and hands that the reference shows; 0 where it shows none. */
  readonly distance: number
  /** The same of some points of any part on that path; NaN where the reference shows none of them. */
  distanceOf(points: readonly number[]): number
}

/** The cheapest alignment by body and hands, diagonal steps counting twice, over the frames of both. */
export function layoutAlignment(reference: SeenPoints, hypothesis: SeenPoints): LayoutAlignment {
  const points = signingPoints(reference.layout)
  const apart = (i: number, j: number, some: readonly number[]) => frameError(reference, i, hypothesis, j, some, 'l2')
  const { cost, path } = cheapestPath(reference.frames, hypothesis.frames, (i, j) => apart(i, j, points), symmetric)
  return {
    distance: (cost / (reference.frames + hypothesis.frames)) * SHOULDER_WIDTHS,
    distanceOf(some) {
      let [sum, weights] = [0, 0]
      for (const [n, [i, j]] of path.entries()) {
        if (!some.some((point) => reference.sees(i, point))) continue
        const [y, x] = path[n - 1] ?? [-1, -1]
        const weight = i > y && j > x ? 2 : 1
        sum += weight * apart(i, j, some)
        weights += weight
      }
      return (sum / weights) * SHOULDER_WIDTHS
    },
  }
}

/** The same of the hands that sign in the reference, relative to their own wrists, a hand; NaN where none signs. */
export function handError(reference: SeenPoints, hypothesis: SeenPoints): number {
  const { layout } = reference
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
export function pathRatio(reference: SeenPoints, hypothesis: SeenPoints): number {
  const { anchors } = reference.layout
  const ratios = [anchors.rightWrist, anchors.leftWrist]
    .filter((wrist) => reference.travelled(wrist) > STILL)
    .map((wrist) => hypothesis.travelled(wrist) / reference.travelled(wrist))
  return mean(ratios)
}
