// Where a signer stands in a picture, and how large: by what motions of all points are brought to one scale.

import type { Motion } from '../clip.js'
import type { Layout } from './layout.js'
import { layoutOfMotion } from './layouts.js'

export interface Reference {
  /** The median of the neck's places. */
  readonly origin: readonly number[]
  /** The median distance of the shoulders in the picture. */
  readonly width: number
}

/** As the frames that show both shoulders have it; undefined where none does. */
export function frameOfReference(motion: Motion): Reference | undefined {
  const layout = layoutOfMotion(motion)
  const { anchors, dims } = layout
  const times = Array.from({ length: motion.frames }, (_, t) => t).filter(
    (t) => isSeen(motion, layout, t, anchors.rightShoulder) && isSeen(motion, layout, t, anchors.leftShoulder),
  )
  if (times.length === 0) return undefined
  const at = (t: number, point: number, axis: number): number => motion.joints[(t * layout.points + point) * dims + axis]!
  const width = median(
    times.map((t) =>
      Math.hypot(
        at(t, anchors.rightShoulder, 0) - at(t, anchors.leftShoulder, 0),
        at(t, anchors.rightShoulder, 1) - at(t, anchors.leftShoulder, 1),
      ),
    ),
  )
  const neck = (t: number, axis: number): number =>
    anchors.neck !== undefined && isSeen(motion, layout, t, anchors.neck)
      ? at(t, anchors.neck, axis)
      : (at(t, anchors.rightShoulder, axis) + at(t, anchors.leftShoulder, axis)) / 2
  const origin = Array.from({ length: dims }, (_, axis) => median(times.map((t) => neck(t, axis))))
  return { origin, width }
}

/** The motion with that neck at 0 and those shoulders 1/3 apart; points that were not seen are 0. */
export function aboutReference<M extends Motion>(motion: M, { origin, width }: Reference): M {
  const { dims } = layoutOfMotion(motion)
  const joints = motion.joints.map((value, i) => {
    const sure = motion.confidence?.[Math.floor(i / dims)] ?? 1
    return sure > 0 ? (value - origin[i % dims]!) / (3 * width) : 0
  })
  return { ...motion, joints }
}

const isSeen = ({ confidence }: Motion, { points }: Layout, t: number, point: number): boolean =>
  confidence === undefined || confidence[t * points + point]! > 0

/** The middle one; the mean of two middles. Sorts `values`. */
function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const half = values.length >> 1
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2
}
