// What is to be said about a clip of detections before anybody trains on it.

import type { Detection } from '../../formats/signer.js'
import { KEYPOINT, type KeypointClip, neverSeen, partsOf } from '../../motion/keypoints.js'
import { JOINTS, joint } from '../../motion/skeleton.js'
import type { Outliers } from './outliers.js'

export interface KeypointQuality {
  readonly name: string
  readonly frames: number
  readonly fps: number
  /** Frames of the source between the clip's first and last that it lacks: nobody was seen, or there was no file. */
  readonly dropped: number
  /** Frames in which several people were seen and one was chosen; of those, frames in which it was not the first of the file. */
  readonly several: number
  readonly notFirst: number
  /** Sightings taken out as outliers. */
  readonly outliers: number
  /** `[50]`: share of the frames in which each joint is missing. */
  readonly missing: readonly number[]
  /** What no frame shows, such as `left hand`: lifting puts it at rest. */
  readonly neverSeen: readonly string[]
  /** Mean over joints and frames, missing ones counting 0. */
  readonly confidence: { readonly body: number; readonly leftHand: number; readonly rightHand: number }
  /** What was decided while the clip was read, in words. */
  readonly notes: readonly string[]
}

/** The report on `clip`, with what its reader decided and what was taken out of it where that is known. All numbers are plain, so that it prints as JSON. */
export function keypointQuality(clip: KeypointClip, known: { detection?: Detection; outliers?: Outliers } = {}): KeypointQuality {
  const { name, frames, fps, frameIndex } = clip
  const { detection, outliers } = known
  const unseen = partsOf(neverSeen(clip))
  return {
    name,
    frames,
    fps,
    dropped: frameIndex.at(-1)! - frameIndex[0]! + 1 - frames,
    several: detection?.several ?? 0,
    notFirst: detection?.notFirst ?? 0,
    outliers: outliers ? outliers.byJoint.reduce((sum, count) => sum + count, 0) : 0,
    missing: missingShares(clip),
    neverSeen: unseen,
    confidence: {
      body: meanConfidence(clip, 0, joint.leftHand),
      leftHand: meanConfidence(clip, joint.leftHand, joint.rightHand),
      rightHand: meanConfidence(clip, joint.rightHand, JOINTS),
    },
    notes: [
      ...(detection?.notes ?? []),
      ...hiddenShoulders(clip),
      ...(unseen.length > 0 ? [`never visible, so put in a rest position: ${unseen.join(', ')}`] : []),
    ],
  }
}

/** Everything is placed by the shoulders: where most frames lack them, most of the motion is made up. */
function hiddenShoulders({ keypoints, frames }: KeypointClip): string[] {
  const isSeen = (t: number, j: number): boolean => keypoints[(t * JOINTS + j) * KEYPOINT + 2]! > 0
  const times = Array.from({ length: frames }, (_, t) => t)
  const seen = times.filter((t) => isSeen(t, joint.rightShoulder) && isSeen(t, joint.leftShoulder)).length
  // Shoulders never seen are a fault that lifting names.
  return seen > 0 && 2 * seen < frames ? [`both shoulders visible in ${seen} of ${frames} frames only: the others are filled in`] : []
}

function missingShares({ keypoints, frames }: KeypointClip): number[] {
  const missing = Array.from({ length: JOINTS }, () => 0)
  for (let cell = 0; cell < frames * JOINTS; cell++) {
    if (!(keypoints[cell * KEYPOINT + 2]! > 0)) missing[cell % JOINTS] = missing[cell % JOINTS]! + 1
  }
  return missing.map((count) => count / frames)
}

/** Of joints `first` to `end`, which is not included. */
function meanConfidence({ keypoints, frames }: KeypointClip, first: number, end: number): number {
  let sum = 0
  for (let t = 0; t < frames; t++) for (let j = first; j < end; j++) sum += keypoints[(t * JOINTS + j) * KEYPOINT + 2]!
  return sum / (frames * (end - first))
}
