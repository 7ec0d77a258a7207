// All that is done to a detector's clip before it is lifted, in order: hands on the other's arm are given back, outliers go, time becomes even, and the three steps of the Prompt2Sign tool
// (normalise.ts) follow.

import { ownHands } from '../../motion/hand_owners.js'
import type { KeypointClip } from '../../motion/keypoints.js'
import { interpolateKeypoints, normaliseKeypoints, pruneKeypoints } from './normalise.js'
import { type OutlierOptions, type Outliers, rejectOutliers } from './outliers.js'
import { resampleKeypoints } from './resample.js'

export interface CleanOptions extends OutlierOptions {
  /** Frames a second to bring the clip to. Default: its own. */
  readonly fps?: number
}

export interface CleanedKeypoints {
  /** In standard deviations of what was seen in the clip, every joint in every frame, on an even grid of time: ready for `liftClips`. */
  readonly clip: KeypointClip
  readonly outliers: Outliers
  /** In words, what was done that whoever uses the clip should know; readers of detections have given hands back already. */
  readonly notes: readonly string[]
}

/** Cleans a clip. Throws ERR_DATA naming it where both shoulders are never seen in one frame or nearly all of it is gaps, ERR_CONFIG for a rate that is none. */
export function cleanKeypoints(clip: KeypointClip, options: CleanOptions = {}): CleanedKeypoints {
  const { clip: owned, notes } = ownHands(clip)
  const outliers = rejectOutliers(owned, options)
  const even = resampleKeypoints(outliers.clip, options.fps)
  const { keypoints } = normaliseKeypoints(even.keypoints, even.frames, even.name, { over: 'seen' })
  return { clip: { ...even, keypoints: interpolateKeypoints(pruneKeypoints(keypoints, even.frames), even.frames) }, outliers, notes }
}
