// Brings a motion of any layout to the scale of its layout, as normalise.ts does those of 50 joints. One shift and one factor for the whole clip: the median of
// the neck's places goes to 0, and the median distance of the shoulders in the picture becomes 1/3. So what is seen of a signer keeps its proportions, and one
// who leans or steps aside still does.

import { SignError } from '../../base/errors.js'
import { checkMotion } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import type { Layout } from '../../motion/layout/layout.js'
import { isSkeleton, layoutOfMotion } from '../../motion/layout/layouts.js'
import { facingMotion } from '../../motion/layout/mirror.js'
import { normalise } from '../normalise.js'

/** Of shoulders nearer to each other nothing can be told. */
const LEAST_WIDTH = 1e-6

/**
 * The motion in its layout's scale, its signer facing the camera as far as the layout tells the sides apart; points that were not seen are 0, 0. A motion of 50
 * joints goes through `normalise`. Throws ERR_DATA naming `who` for a malformed motion and for one whose shoulders are seen together in no frame, or coincide.
 */
export function inLayoutScale<M extends Motion>(motion: M, who: string): M {
  if (isSkeleton(motion)) return { ...motion, joints: normalise(motion.joints, motion.frames, { who }) }
  checkMotion(motion, who)
  const { origin, width } = frameOfReference(motion, who)
  const { dims } = layoutOfMotion(motion)
  const joints = motion.joints.map((value, i) => {
    const sure = motion.confidence?.[Math.floor(i / dims)] ?? 1
    return sure > 0 ? (value - origin[i % dims]!) / (3 * width) : 0
  })
  return facingMotion({ ...motion, joints })
}

/** Where the neck is, and how far apart the shoulders are in the picture: the medians of the frames that show both shoulders. */
function frameOfReference(motion: Motion, who: string): { origin: number[]; width: number } {
  const layout = layoutOfMotion(motion)
  const { anchors, dims } = layout
  const times = Array.from({ length: motion.frames }, (_, t) => t).filter(
    (t) => isSeen(motion, layout, t, anchors.rightShoulder) && isSeen(motion, layout, t, anchors.leftShoulder),
  )
  if (times.length === 0) {
    const problem = `wanted both shoulders in at least one frame, got none of ${motion.frames}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its signer was not found')
  }
  const at = (t: number, point: number, axis: number): number => motion.joints[(t * layout.points + point) * dims + axis]!
  const width = median(
    times.map((t) =>
      Math.hypot(
        at(t, anchors.rightShoulder, 0) - at(t, anchors.leftShoulder, 0),
        at(t, anchors.rightShoulder, 1) - at(t, anchors.leftShoulder, 1),
      ),
    ),
  )
  if (!(width > LEAST_WIDTH)) {
    const problem = `wanted shoulders apart in the picture, got a median distance of ${width}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its shoulders were not found')
  }
  const neck = (t: number, axis: number): number =>
    anchors.neck !== undefined && isSeen(motion, layout, t, anchors.neck)
      ? at(t, anchors.neck, axis)
      : (at(t, anchors.rightShoulder, axis) + at(t, anchors.leftShoulder, axis)) / 2
  const origin = Array.from({ length: dims }, (_, axis) => median(times.map((t) => neck(t, axis))))
  return { origin, width }
}

const isSeen = ({ confidence }: Motion, { points }: Layout, t: number, point: number): boolean =>
  confidence === undefined || confidence[t * points + point]! > 0

/** The middle one; the mean of two middles. Sorts `values`. */
function median(values: number[]): number {
  values.sort((a, b) => a - b)
  const half = values.length >> 1
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2
}
