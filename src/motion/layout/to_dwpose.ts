// The 50 joints among DWPose's points, and motions of the joints as motions of those.

import { checkSkeleton } from '../check.js'
import type { Motion } from '../clip.js'
import { COORDS, JOINTS, joint } from '../skeleton.js'
import { partOf } from './layout.js'
import { layouts } from './layouts.js'

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
