// Takes out of a `.pose` file's joints what no body does, before anything is measured by them. One frame with the shoulders on top of each other would otherwise
// set the scale of that frame, and one hand found three pictures away would be signed.
//
// Distances count in the clip's shoulder width: the median over its frames, each weighing as much as its shoulders are sure. Three rules, in this order:
//
// 1. Shoulders whose line, from right to left, is further than 0.6 from the clip's median line: too near each other, too far apart, turned or changed over.
//    In 281 published clips the furthest, of a signer who turns, is 0.33. A neck further than that from their middle goes too.
// 2. A joint out of reach: further from the joint it hangs on than below. The furthest in those clips are 0.7 for the nose, 1.2 for an elbow, 1.7 for a wrist
//    or hand, 1.4 for a fingertip held towards the camera.
// 3. Jumps: the rule of keypoints/outliers.ts, as for clips of detections.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { followedClip } from '../formats/signer.js'
import { KEYPOINT } from '../motion/keypoints.js'
import { arms, COORDS, JOINTS, joint } from '../motion/skeleton.js'
import { rejectOutliers } from './keypoints/outliers.js'
import { type RawJoints, shoulderLine } from './layouts/layouts.js'
import { framesOf } from './pose_signer.js'

const LINE = 0.6

/** [joint, the joint it hangs on, how far away it may be]. */
const reaches: readonly (readonly [child: number, parent: number, reach: number])[] = [
  [joint.nose, joint.neck, 1.5],
  ...arms.flatMap(({ shoulder, elbow, wrist, hand }) => [
    [elbow, shoulder, 2] as const,
    [wrist, shoulder, 3] as const,
    [hand, shoulder, 3] as const,
    ...Array.from({ length: 20 }, (_, k) => [hand + 1 + k, hand, 2] as const),
  ]),
]

export interface PoseOutliers {
  /** The clip's shoulder width, in units of the file. */
  readonly width: number
  /** [frames]: how many joints were taken out of each. */
  readonly byFrame: Uint8Array
  /** Whether a frame lost a joint of the body or half a hand: fingertips are lost in every fourth clip. */
  readonly gross: boolean
}

/**
 * Marks outliers as not seen, in place, by the rules above. `who` is named in errors. Throws ERR_DATA where both shoulders, apart, are in no frame.
 *
 * @param ownNeck whether the neck is a detection of its own, and not the middle of the shoulders
 */
export function rejectPoseOutliers(raw: RawJoints, ownNeck: boolean, who: string): PoseOutliers {
  const { frames, seen } = raw
  const before = seen.slice()
  const { line, width } = medianLine(raw, who)
  for (let t = 0; t < frames; t++) rejectShoulders(raw, t, line, LINE * width, ownNeck)
  for (const [child, parent, reach] of reaches) rejectOutOfReach(raw, child, parent, reach * width)
  rejectJumps(raw, who)
  // The middle of the shoulders is not where one of them is missing.
  if (!ownNeck) for (let t = 0; t < frames; t++) if (!shoulderLine(raw, t)) hide(raw, t, joint.neck)
  const lost = (t: number, end: number): number => {
    let count = 0
    for (let cell = t * JOINTS; cell < t * JOINTS + end; cell++) count += before[cell]! - seen[cell]!
    return count
  }
  const byFrame = Uint8Array.from({ length: frames }, (_, t) => lost(t, JOINTS))
  return { width, byFrame, gross: byFrame.some((count, t) => count > 10 || lost(t, joint.leftHand) > 0) }
}

/** The frames joints were taken out of, as a note for people; none where there are none. */
export function outlierNotes({ byFrame }: Pick<PoseOutliers, 'byFrame'>): string[] {
  const frames = [...byFrame.keys()].filter((t) => byFrame[t]! > 0)
  if (frames.length === 0) return []
  const joints = byFrame.reduce((sum, count) => sum + count, 0)
  const runs: [first: number, last: number][] = []
  for (const t of frames) {
    const run = runs.at(-1)
    if (run && t === run[1] + 1) run[1] = t
    else runs.push([t, t])
  }
  const shown = runs.slice(0, 8).map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`))
  const more = runs.length > 8 ? ', …' : ''
  const place = `frame${frames.length > 1 ? 's' : ''} ${shown.join(', ')}${more}`
  return [`${counted(joints, 'joint')} out of place in ${place}: filled from the frames around`]
}

const isSeen = ({ seen }: RawJoints, t: number, j: number): boolean => seen[t * JOINTS + j] === 1

function hide({ seen, confidence }: RawJoints, t: number, j: number): void {
  seen[t * JOINTS + j] = 0
  confidence[t * JOINTS + j] = 0
}

/** The median line of the shoulders, and their median distance. */
function medianLine(raw: RawJoints, who: string): { line: readonly [number, number]; width: number } {
  const sure = (t: number): number =>
    Math.min(raw.confidence[t * JOINTS + joint.rightShoulder]!, raw.confidence[t * JOINTS + joint.leftShoulder]!)
  const seen = Array.from({ length: raw.frames }, (_, t) => ({ line: shoulderLine(raw, t), weight: sure(t) }))
  const lines = seen.flatMap(({ line }) => (line ? [line] : []))
  const weights = seen.flatMap(({ line, weight }) => (line ? [weight] : []))
  const median = (of: (line: readonly [number, number]) => number): number => weightedMedian(lines.map(of), weights)
  const width = median(([x, y]) => Math.hypot(x, y))
  if (width > 0) return { line: [median(([x]) => x), median(([, y]) => y)], width }
  const problem = `wanted both shoulders apart in at least one frame, got ${counted(lines.length, 'frame')} of ${raw.frames} with both`
  throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its signer was not found')
}

/** The value at which half of the weight lies below; NaN for none. */
function weightedMedian(values: readonly number[], weights: readonly number[]): number {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!)
  const half = weights.reduce((sum, weight) => sum + weight, 0) / 2
  let below = 0
  for (const i of order) {
    below += weights[i]!
    if (below >= half) return values[i]!
  }
  return Number.NaN
}

function rejectJumps(raw: RawJoints, who: string): void {
  const { clip } = followedClip(framesOf([raw]), who, 1, who)
  const { clip: kept } = rejectOutliers(clip)
  for (const [i, t] of kept.frameIndex.entries()) {
    for (let j = 0; j < JOINTS; j++) if (isSeen(raw, t, j) && kept.keypoints[(i * JOINTS + j) * KEYPOINT + 2] === 0) hide(raw, t, j)
  }
}

function rejectShoulders(raw: RawJoints, t: number, line: readonly [number, number], limit: number, ownNeck: boolean): void {
  const own = shoulderLine(raw, t)
  if (!own) return
  if (Math.hypot(own[0] - line[0], own[1] - line[1]) > limit) {
    hide(raw, t, joint.rightShoulder)
    hide(raw, t, joint.leftShoulder)
  } else if (ownNeck && isSeen(raw, t, joint.neck) && fromMiddle(raw, t) > limit) hide(raw, t, joint.neck)
}

/** Hides a joint further than `limit` from where the joint it hangs on is, or was last seen, or is first seen. */
function rejectOutOfReach(raw: RawJoints, child: number, parent: number, limit: number): void {
  const { at, frames } = raw
  let from = Array.from({ length: frames }, (_, t) => t).find((t) => isSeen(raw, t, parent))
  if (from === undefined) return
  for (let t = 0; t < frames; t++) {
    if (isSeen(raw, t, parent)) from = t
    if (!isSeen(raw, t, child)) continue
    const [a, b] = [t * COORDS + child * 3, from * COORDS + parent * 3]
    if (Math.hypot(at[a]! - at[b]!, at[a + 1]! - at[b + 1]!) > limit) hide(raw, t, child)
  }
}

/** Of the neck from the middle of the shoulders. */
function fromMiddle({ at }: RawJoints, t: number): number {
  const middle = (axis: number): number =>
    (at[t * COORDS + joint.rightShoulder * 3 + axis]! + at[t * COORDS + joint.leftShoulder * 3 + axis]!) / 2
  return Math.hypot(at[t * COORDS + joint.neck * 3]! - middle(0), at[t * COORDS + joint.neck * 3 + 1]! - middle(1))
}
