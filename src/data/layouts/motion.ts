// From a `.pose` file to a motion: joints by name, holes filled, depth made sense of, normal scale.

import { SignError } from '../../base/errors.js'
import type { PoseFile } from '../../formats/pose/pose.js'
import { followedClip } from '../../formats/signer.js'
import { checkFinite } from '../../motion/check.js'
import type { Motion } from '../../motion/clip.js'
import { COORDS, JOINTS, joint } from '../../motion/skeleton.js'
import { type KeypointQuality, keypointQuality } from '../keypoints/quality.js'
import { shouldersApart } from '../normalise.js'
import { outlierNotes, rejectPoseOutliers } from '../pose_outliers.js'
import { framesOf, signerJoints } from '../pose_signer.js'
import { placeDepth } from './depth.js'
import { fillMissing } from './fill.js'
import { facingLayout, type Layout, layoutOf } from './layouts.js'

export interface PoseMotionOptions {
  /** Who is named in errors, e.g. the path. Default `pose`. */
  readonly who?: string
  /** Which person of the file, by their place in it. Default: the signer, wherever among the people they are. */
  readonly person?: number
}

/** A motion and what of it was really seen, which decides whether a hand takes part. */
export interface PoseMotion extends Motion {
  /** Share of the frames in which each hand was seen, false alarms left out. */
  readonly seen: { readonly leftHand: number; readonly rightHand: number }
  /** `[frames]`: how many joints were taken out of each; see pose_outliers.ts. */
  readonly outliers: Uint8Array
  /** Whether they are more than a fingertip here and there. */
  readonly gross: boolean
  /** The joints that no frame shows, false alarms among them, by number: they are at rest. */
  readonly unseen: readonly number[]
  /** What z is worth in the file, see `Layout`. */
  readonly depth: Layout['depth']
  /** The report on what was seen, with what was decided about people and outliers in words. */
  readonly quality: KeypointQuality
}

/**
 * The 50 joints of a pose file in the normal scale: the whole clip is divided by one width of the shoulders, its median, and the shoulders are then put exactly
 * 1/3 apart in every frame, which leaves the hands where they were. What is out of place (pose_outliers.ts) counts as not seen. What was not seen is filled by
 * the rule at the head of `fill.ts`; z follows `depth.ts` (0 where the layout has none). The neck is the middle of the shoulders where the
 * layout has no neck. Throws ERR_DATA naming `who` for a layout without shoulders, and for a clip in which the shoulders are never seen.
 */
export function motionOfPose(pose: PoseFile, options: PoseMotionOptions = {}): PoseMotion {
  const { who = 'pose' } = options
  const { layout, notes: sideNotes } = facingLayout(pose, layoutOf(pose, who))
  const { raw, notes, people } = signerJoints(pose, layout, options.person, who)
  const { frames, at, seen } = raw
  const { width, byFrame, gross } = rejectPoseOutliers(raw, layout.joints[joint.neck]!.length === 1, who)
  const seenOf = keypointQuality(followedClip(framesOf([raw]), who, pose.fps, who).clip)
  toNormalScale(at, seen, frames, width, who)
  if (layout.depth === 'none') for (let i = 2; i < at.length; i += 3) at[i] = 0
  const unseen = fillMissing(at, seen, frames)
  if (layout.depth === 'guessed') placeDepth(at, seen, frames)
  else if (layout.depth === 'measured') for (let i = 2; i < at.length; i += 3) at[i] = -at[i]!
  const joints = Float32Array.from(at)
  checkFinite(joints, who)
  shouldersApart(joints, frames)
  const share = (hand: number): number =>
    Array.from({ length: frames }, (_, t) => seen[t * JOINTS + hand]!).reduce((a, b) => a + b, 0) / frames
  return {
    joints,
    frames,
    fps: pose.fps,
    seen: { leftHand: share(joint.leftHand), rightHand: share(joint.rightHand) },
    outliers: byFrame,
    gross,
    unseen,
    depth: layout.depth,
    quality: {
      ...seenOf,
      ...people,
      outliers: byFrame.reduce((sum, count) => sum + count, 0),
      notes: [...sideNotes, ...notes, ...(layout.depth === 'none' ? [FLAT] : []), ...outlierNotes({ byFrame })],
    },
  }
}

/** A note on a motion of a file without depth. */
const FLAT = 'no depth in the file: every joint is in one plane'

/**
 * Neck to 0 and the clip's shoulder width to 1/3, in place, so that the rest of the work has known units. Where a shoulder is hidden, the origin is that of the
 * nearest frame that shows both.
 */
function toNormalScale(at: Float64Array, seen: Uint8Array, frames: number, width: number, who: string): void {
  const anchors = Array.from({ length: frames }, (_, t) => t).filter(
    (t) => seen[t * JOINTS + joint.rightShoulder] && seen[t * JOINTS + joint.leftShoulder],
  )
  if (anchors.length === 0) {
    const problem = `wanted both shoulders in place in at least one frame, got none of ${frames}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its signer was not found')
  }
  // The estimator's own neck may be missing beside both shoulders; the middle of the shoulders then stands in.
  const frame = anchors.map((t) => {
    const j = seen[t * JOINTS + joint.neck] ? [joint.neck] : [joint.rightShoulder, joint.leftShoulder]
    const origin = [0, 1, 2].map((axis) => j.reduce((sum, k) => sum + at[t * COORDS + k * 3 + axis]! / j.length, 0))
    return { t, origin }
  })
  for (let t = 0, k = 0; t < frames; t++) {
    while (k + 1 < frame.length && Math.abs(frame[k + 1]!.t - t) <= Math.abs(frame[k]!.t - t)) k += 1
    const { origin } = frame[k]!
    for (let i = 0; i < COORDS; i++) at[t * COORDS + i] = (at[t * COORDS + i]! - origin[i % 3]!) / (3 * width)
    at.fill(0, t * COORDS + joint.neck * 3, t * COORDS + joint.neck * 3 + 3)
  }
}
