// From a `.pose` file to a motion: joints by name, holes filled, depth made sense of, normal scale.

import { SignError } from '../base/errors.js'
import type { PoseFile } from '../formats/pose.js'
import type { Motion } from '../motion/clip.js'
import { COORDS, JOINTS, joint } from '../motion/skeleton.js'
import { choosePerson, layoutOf, rawJoints } from './layouts.js'
import { placeDepth } from './layouts_depth.js'
import { fillMissing } from './layouts_fill.js'
import { normalise } from './normalise.js'

export interface PoseMotionOptions {
  /** Who is named in errors, e.g. the path. Default `pose`. */
  readonly who?: string
  /** Which person of the file. Default: the one of whom most is seen. */
  readonly person?: number
}

/** A motion and what of it was really seen, which decides whether a hand takes part. */
export interface PoseMotion extends Motion {
  /** Share of the frames in which each hand was seen, false alarms left out. */
  readonly seen: { readonly leftHand: number; readonly rightHand: number }
}

/**
 * The 50 joints of a pose file in the normal scale. What was not seen is filled by the rule at the head of `layouts_fill.ts`; z follows `layouts_depth.ts`
 * (0 where the layout has none). The neck is the middle of the shoulders where the layout has no neck.
 * Throws ERR_DATA naming `who` for a layout without shoulders, and for a clip in which the shoulders are never seen.
 */
export function motionOfPose(pose: PoseFile, options: PoseMotionOptions = {}): PoseMotion {
  const { who = 'pose' } = options
  const person = choosePerson(pose, options.person, who)
  const layout = layoutOf(pose, who)
  const { frames, at, seen } = rawJoints(pose, layout, person)
  toNormalScale(at, seen, frames, who)
  if (layout.depth === 'none') for (let i = 2; i < at.length; i += 3) at[i] = 0
  fillMissing(at, seen, frames)
  if (layout.depth === 'guessed') placeDepth(at, seen, frames)
  else if (layout.depth === 'measured') for (let i = 2; i < at.length; i += 3) at[i] = -at[i]!
  const joints = normalise(Float32Array.from(at), frames, { who })
  const share = (hand: number): number =>
    Array.from({ length: frames }, (_, t) => seen[t * JOINTS + hand]!).reduce((a, b) => a + b, 0) / frames
  return { joints, frames, fps: pose.fps, seen: { leftHand: share(joint.leftHand), rightHand: share(joint.rightHand) } }
}

/**
 * Neck to 0, shoulders 1/3 apart, in place, so that the rest of the work has known units. Where a shoulder is hidden, origin and scale are those of the nearest
 * frame that shows both.
 */
function toNormalScale(at: Float64Array, seen: Uint8Array, frames: number, who: string): void {
  const anchors = Array.from({ length: frames }, (_, t) => t).filter(
    (t) => seen[t * JOINTS + joint.rightShoulder] && seen[t * JOINTS + joint.leftShoulder],
  )
  const widthAt = (t: number): number => {
    const [a, b] = [t * COORDS + joint.rightShoulder * 3, t * COORDS + joint.leftShoulder * 3]
    return Math.hypot(at[a]! - at[b]!, at[a + 1]! - at[b + 1]!)
  }
  const median = anchors.map(widthAt).sort((a, b) => a - b)[anchors.length >> 1]
  if (!(median! > 0)) {
    const problem = `wanted both shoulders apart in at least one frame, got ${anchors.length} frames of ${frames} with both`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: its signer was not found')
  }
  // The estimator's own neck may be missing beside both shoulders; the middle of the shoulders then stands in.
  const frame = anchors.map((t) => {
    const j = seen[t * JOINTS + joint.neck] ? [joint.neck] : [joint.rightShoulder, joint.leftShoulder]
    const origin = [0, 1, 2].map((axis) => j.reduce((sum, k) => sum + at[t * COORDS + k * 3 + axis]! / j.length, 0))
    return { t, origin, scale: 1 / (3 * Math.max(widthAt(t), 0.05 * median!)) }
  })
  for (let t = 0, k = 0; t < frames; t++) {
    while (k + 1 < frame.length && Math.abs(frame[k + 1]!.t - t) <= Math.abs(frame[k]!.t - t)) k += 1
    const { origin, scale } = frame[k]!
    for (let i = 0; i < COORDS; i++) at[t * COORDS + i] = (at[t * COORDS + i]! - origin[i % 3]!) * scale
    at.fill(0, t * COORDS + joint.neck * 3, t * COORDS + joint.neck * 3 + 3)
  }
}
