// What a detector saw of one signer: our 50 joints in the picture, before anything is cleaned, lifted or normalised.
// Every reader of detections produces it; cleaning maps it to itself; lifting takes it.

import { JOINTS } from './skeleton.js'

/** Numbers a joint and frame: x, y, confidence. */
export const KEYPOINT = 3

export interface KeypointClip {
  /** Unique in its corpus, e.g. `_2FBDaOPYig_4-3-rgb_front`. */
  readonly name: string
  /** [frames, 50, 3]: x right and y down in pixels, confidence 0 to 1 (detectors exceed 1 a little); 0, 0, 0 for a joint that was not seen. */
  readonly keypoints: Float32Array
  readonly frames: number
  /** Frames a second of the source. */
  readonly fps: number
  /** [frames], strictly rising: which frame of the source each one is. Frames in which nobody was seen leave gaps. */
  readonly frameIndex: Int32Array
}

/** Which joints are seen in at least one frame of [frames, 50, 3]. */
export function seenJoints(keypoints: Float32Array, frames: number): boolean[] {
  return Array.from({ length: JOINTS }, (_, j) => {
    for (let t = 0; t < frames; t++) if (keypoints[(t * JOINTS + j) * KEYPOINT + 2]! > 0) return true
    return false
  })
}
