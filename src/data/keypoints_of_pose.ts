// From a `.pose` file to what lifting takes: the 50 joints in the picture with the estimator's own confidence. Its guess of depth is left behind;
// layouts_motion.ts is the way for those who want to keep it.

import { SignError } from '../base/errors.js'
import { putPoint } from '../formats/keypoint_values.js'
import type { PoseFile } from '../formats/pose.js'
import { type DetectedClip, signerClip } from '../formats/signer.js'
import { KEYPOINT } from '../motion/keypoints.js'
import { JOINTS } from '../motion/skeleton.js'
import { choosePerson, layoutOf, rawJoints } from './layouts.js'

export interface PoseKeypointOptions {
  /** Name of the clip. */
  readonly name: string
  /** Who is named in errors, e.g. the path. Default: the name. */
  readonly who?: string
  /** Which person of the file. Default: the one of whom most is seen. */
  readonly person?: number
}

/**
 * The clip of one person of a pose file, in pixels as the file has them. A joint that is the mean of several points (the neck of layouts without one) is as sure
 * as the least sure of them; one that the layout lacks is not seen. Frames in which no joint is seen are gaps in `frameIndex`.
 * Throws ERR_DATA naming `who` for a layout without shoulders, a person who is not in the file, a coordinate or confidence that is none, and a clip in which
 * nobody is seen.
 */
export function keypointsOfPose(pose: PoseFile, options: PoseKeypointOptions): DetectedClip {
  const { name, who = name } = options
  const person = choosePerson(pose, options.person, who)
  const layout = layoutOf(pose, who)
  const { at, seen } = rawJoints(pose, layout, person)
  const frames = Array.from({ length: pose.frames }, (_, t) => {
    const out = new Float32Array(JOINTS * KEYPOINT)
    const points = (t * pose.people + person) * pose.points
    for (const [j, source] of layout.joints.entries()) {
      const cell = t * JOINTS + j
      if (!seen[cell]) continue
      const confidence = Math.min(...source.map(({ point }) => pose.confidence[points + point]!))
      const problem = putPoint(out, j, at[cell * 3], at[cell * 3 + 1], confidence)
      if (problem)
        throw new SignError('ERR_DATA', who, `${problem} in frame ${t}, joint ${j} of person ${person}`, 'Estimate the pose again')
    }
    return { index: t, people: [out] }
  })
  return signerClip(frames, name, pose.fps, who)
}
