// From one layout to another, where the one tells what the other wants.

import { SignError } from '../../base/errors.js'
import { poseOfMotion } from '../../formats/pose/write.js'
import { checkSkeleton } from '../../motion/check.js'
import type { Motion, NamedMotion } from '../../motion/clip.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { partOf } from '../../motion/layout/layout.js'
import { isSkeleton, layoutOfMotion, layouts } from '../../motion/layout/layouts.js'
import { COORDS, JOINTS, joint } from '../../motion/skeleton.js'
import { motionOfPose } from './motion.js'

/** Joints 0 to 7 of the skeleton are points 0 to 7 of OpenPose's body, and hands are alike: where each of the 50 joints is among DWPose's points. */
export const jointPoints: readonly number[] = Array.from({ length: JOINTS }, (_, j) => {
  const dwpose = layouts['dwpose-128']
  if (j < joint.leftHand) return j
  return j < joint.rightHand
    ? partOf(dwpose, 'leftHand').first + j - joint.leftHand
    : partOf(dwpose, 'rightHand').first + j - joint.rightHand
})

/**
 * The motion of 50 joints as a camera in front of the signer sees it, in DWPose's points, to drive what takes these: x and y as they are, and everything that the
 * skeleton has not (hips, legs, eyes, ears, the face) unseen. Throws ERR_DATA naming `who` for a malformed motion and another layout.
 */
export function toDwpose<M extends Motion>(motion: M, who = 'motion'): M {
  checkSkeleton(motion, who)
  const { points } = layouts['dwpose-128']
  const { frames } = motion
  const joints = new Float32Array(frames * points * 2)
  const confidence = new Float32Array(frames * points)
  for (let t = 0; t < frames; t++)
    for (const [j, point] of jointPoints.entries()) {
      const from = t * COORDS + 3 * j
      joints.set(motion.joints.subarray(from, from + 2), (t * points + point) * 2)
      confidence[t * points + point] = 1
    }
  return { ...motion, layout: 'dwpose-128', joints, confidence }
}

/** Pixels a unit of a layout's scale: shoulders 1/3 apart are 128 pixels apart, far from where rounding matters. */
const PIXELS = 384

/** DWPose's points as detections of the 50 joints, which lifting brings into space. Throws ERR_DATA naming the motion for another layout. */
export function keypointsOfDwpose(motion: NamedMotion): KeypointClip {
  const { name, frames, fps } = motion
  if (motion.layout !== 'dwpose-128')
    throw new SignError('ERR_DATA', name, `wanted a motion of dwpose-128, got one of ${layoutOfMotion(motion).name}`, 'Convert it first')
  const { points } = layouts['dwpose-128']
  const keypoints = new Float32Array(frames * JOINTS * KEYPOINT)
  for (let t = 0; t < frames; t++)
    for (const [j, point] of jointPoints.entries()) {
      const cell = t * points + point
      const sure = motion.confidence?.[cell] ?? 1
      if (sure > 0)
        keypoints.set([PIXELS * motion.joints[2 * cell]!, PIXELS * motion.joints[2 * cell + 1]!, sure], (t * JOINTS + j) * KEYPOINT)
    }
  return { name, keypoints, frames, fps, frameIndex: Int32Array.from({ length: frames }, (_, t) => t) }
}

/**
 * The motion in the 50 joints, where the layout has depth: its points are found by their names, and what it lacks is at rest, as of any `.pose` file. Throws ERR_DATA
 * naming `who` for a layout in the picture, whose joints are to be lifted (keypointsOfDwpose), and for shoulders that are never seen.
 */
export function toSkeleton<M extends Motion>(motion: M, who = 'motion'): M {
  if (isSkeleton(motion)) return motion
  const layout = layoutOfMotion(motion)
  if (layout.dims === 2) {
    const problem = `wanted a layout with depth, got ${layout.name}`
    throw new SignError('ERR_DATA', who, problem, 'Lift its joints into space: signllm data convert --layout skeleton-50')
  }
  const { joints, frames } = motionOfPose(poseOfMotion(motion, who), { who })
  const { confidence: _, ...rest } = motion
  return { ...rest, layout: 'skeleton-50', joints, frames } as M
}
