// From what a detector saw of a signer to a motion in its points: no depth is made up, nothing is filled, and what was not seen stays unseen.

import type { DetectedClip } from '../../formats/signer.js'
import type { NamedMotion } from '../../motion/clip.js'
import { KEYPOINT } from '../../motion/keypoints.js'
import { layouts } from '../../motion/layout/layouts.js'
import { JOINTS } from '../../motion/skeleton.js'
import { jointPoints } from './convert.js'
import { inLayoutScale } from './scale.js'

/**
 * The clip in DWPose's points, in their scale, a frame for every frame of the source from the first in which the signer was seen to the last: those in between in which
 * nobody was seen show nothing. Of a detector that saw no more than the 50 joints, these are all that is there. Throws ERR_DATA naming the clip where
 * both shoulders are never seen in one frame.
 */
export function detectedMotion({ clip, points }: Pick<DetectedClip, 'clip' | 'points'>): NamedMotion {
  const { name, fps, frameIndex } = clip
  const layout = layouts['dwpose-128']
  const first = frameIndex[0]!
  const frames = frameIndex.at(-1)! - first + 1
  const joints = new Float32Array(frames * layout.points * 2)
  const confidence = new Float32Array(frames * layout.points)
  const put = (cell: number, values: Float32Array, at: number): void => {
    joints.set(values.subarray(at, at + 2), 2 * cell)
    confidence[cell] = Math.min(1, values[at + 2]!)
  }
  for (const [t, index] of frameIndex.entries()) {
    const row = (index - first) * layout.points
    if (points) for (let point = 0; point < layout.points; point++) put(row + point, points.values, (t * layout.points + point) * KEYPOINT)
    else for (const [j, point] of jointPoints.entries()) put(row + point, clip.keypoints, (t * JOINTS + j) * KEYPOINT)
  }
  return inLayoutScale({ name, layout: layout.name, joints, confidence, frames, fps }, name)
}
