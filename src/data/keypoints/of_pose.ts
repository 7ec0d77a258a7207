// From a `.pose` file to what lifting takes: the 50 joints in the picture with the estimator's own confidence. Its guess of depth is left behind;
// layouts/motion.ts is the way for those who want to keep it.

import { SignError } from '../../base/errors.js'
import { putPoint } from '../../formats/keypoint_values.js'
import type { PoseFile } from '../../formats/pose/pose.js'
import { type DetectedClip, signerClip } from '../../formats/signer.js'
import { KEYPOINT } from '../../motion/keypoints.js'
import { JOINTS } from '../../motion/skeleton.js'
import { facingLayout, layoutOf, type RawJoints, rawJoints } from '../layouts/layouts.js'
import { candidates, checkPerson, framesOf } from '../pose_signer.js'

export interface PoseKeypointOptions {
  /** Name of the clip. */
  readonly name: string
  /** Who is named in errors, e.g. the path. Default: the name. */
  readonly who?: string
  /** Which person of the file, by their place in it. Default: the signer, wherever among the people they are. */
  readonly person?: number
}

/**
 * The clip of the signer of a pose file, in pixels as the file has them. A joint that is the mean of several points (the neck of layouts without one) is as sure
 * as the least sure of them; one that the layout lacks is not seen. Frames in which no joint is seen are gaps in `frameIndex`.
 * Throws ERR_DATA naming `who` for a layout without shoulders, a person who is not in the file, a coordinate or confidence that is none, and a clip in which
 * nobody is seen.
 */
export function keypointsOfPose(pose: PoseFile, options: PoseKeypointOptions): DetectedClip {
  const { name, who = name } = options
  const { layout, notes } = facingLayout(pose, layoutOf(pose, who))
  const chosen = options.person === undefined ? candidates(pose, who) : [checkPerson(pose, options.person, who)]
  const people = chosen.map((person) => checked(rawJoints(pose, layout, person), person, who))
  const { clip, detection } = signerClip(framesOf(people), name, pose.fps, who)
  return { clip, detection: { ...detection, notes: [...notes, ...detection.notes] } }
}

/** The joints of a person as they are, where all that were seen can be detections. */
function checked(raw: RawJoints, person: number, who: string): RawJoints {
  const scrap = new Float32Array(JOINTS * KEYPOINT)
  for (let cell = 0; cell < raw.seen.length; cell++) {
    if (!raw.seen[cell]) continue
    const [t, j] = [Math.floor(cell / JOINTS), cell % JOINTS]
    const problem = putPoint(scrap, j, raw.at[cell * 3], raw.at[cell * 3 + 1], raw.confidence[cell])
    if (problem) throw new SignError('ERR_DATA', who, `${problem} in frame ${t}, joint ${j} of person ${person}`, 'Estimate the pose again')
  }
  return raw
}
