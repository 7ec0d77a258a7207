// From one layout to another, where the one tells what the other wants.

import { SignError } from '../../base/errors.js'
import { poseOfMotion } from '../../formats/pose/write.js'
import type { Motion, NamedMotion } from '../../motion/clip.js'
import { KEYPOINT, type KeypointClip } from '../../motion/keypoints.js'
import { isSkeleton, layoutOfMotion, layouts } from '../../motion/layout/layouts.js'
import { jointPoints, toDwpose } from '../../motion/layout/to_dwpose.js'
import { JOINTS } from '../../motion/skeleton.js'
import { motionOfPose } from './motion.js'

export { jointPoints, toDwpose }

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
