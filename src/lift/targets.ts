// What a clip's joints are to be lifted to: where they were seen, and where none of a kind was, a body at rest.

import { KEYPOINT, type KeypointClip, neverSeen } from '../motion/keypoints.js'
import { JOINTS, joint } from '../motion/skeleton.js'
import { type InitialLengths, initialLengths } from './initial_lengths.js'
import { withRest } from './rest_pose.js'

export interface LiftTargets extends InitialLengths {
  /** [frames, 50, 3]: x, y and weight. */
  readonly keypoints: Float32Array
  /** The joints put at rest, by number. */
  readonly unseen: readonly number[]
}

/** The targets of a cleaned clip. */
export function liftTargets(clip: Pick<KeypointClip, 'keypoints' | 'frames'>): LiftTargets {
  const { frames } = clip
  const keypoints = withNeck(clip)
  const unseen = neverSeen({ keypoints, frames })
  const { lengths, seen } = initialLengths(keypoints, frames, unseen)
  return { keypoints: withRest(keypoints, frames, lengths, unseen), lengths, seen, unseen }
}

/** The keypoints; some detectors have no neck, which then is the middle of the shoulders, as sure as the less sure of them. */
function withNeck({ keypoints, frames }: Pick<KeypointClip, 'keypoints' | 'frames'>): Float32Array {
  const unseen = neverSeen({ keypoints, frames })
  if (!unseen.includes(joint.neck) || unseen.includes(joint.rightShoulder) || unseen.includes(joint.leftShoulder)) return keypoints
  const out = keypoints.slice()
  for (let t = 0; t < frames; t++) {
    const [neck, right, left] = [joint.neck, joint.rightShoulder, joint.leftShoulder].map((j) => (t * JOINTS + j) * KEYPOINT) as Three
    for (const c of [0, 1]) out[neck + c] = (out[right + c]! + out[left + c]!) / 2
    out[neck + 2] = Math.min(out[right + 2]!, out[left + 2]!)
  }
  return out
}

type Three = [neck: number, right: number, left: number]
