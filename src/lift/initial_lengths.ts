// How long each bone is before anything is known of depth. On the host: a median sorts, once a clip and in about a millisecond, where a kernel would
// need a sort of its own; everything that comes after it is a sum, and runs on the GPU.

import { KEYPOINT } from '../motion/keypoints.js'
import { type Bone, bones, JOINTS, joint } from '../motion/skeleton.js'

/** Length ids. */
export const LENGTHS = 25

/**
 * By length id, from neck to shoulder being 1: head, upper arm and forearm as lifting finds them in the published How2Sign clips, the hand in the proportions of the
 * built-in signer.
 */
// biome-ignore format: a row for each chain
const proportions = [
  1.22,
  1, 1.79, 1.45, 0.2,
  0.25, 0.27, 0.24, 0.16,
  0.5, 0.31, 0.19, 0.14,
  0.5, 0.34, 0.2, 0.15,
  0.46, 0.31, 0.19, 0.14,
  0.41, 0.25, 0.14, 0.11,
] as const
/** Lengths of the trunk and arms, by which a clip's scale is told best: half of a hand's bones are seen end on. */
const BODY = 4
/** Neck to shoulder in standard deviations of a clip, where nothing else is known. */
const USUAL = 0.6

export interface InitialLengths {
  /** [25], none of them 0. */
  readonly lengths: Float64Array
  /** [25]: whether the clip shows a bone of that length; the others have the proportions of a body. */
  readonly seen: readonly boolean[]
}

/**
 * The lower median of each length in the picture, over all frames that show such a bone and both mirrored bones. A side that is never seen takes the lengths of
 * the other; a length that is seen on neither, a body's. The root of the hand stands in for a wrist that is never seen.
 *
 * @param keypoints [frames, 50, 3]
 * @param unseen joints that no frame shows; what stands in their place is not looked at
 */
export function initialLengths(keypoints: Float32Array, frames: number, unseen: readonly number[]): InitialLengths {
  const hidden = new Set(unseen)
  const measured = Array.from({ length: LENGTHS }, (_, id) => {
    const pairs = bones.filter(({ length }) => length === id).map((bone) => ends(bone, hidden))
    const known = pairs.filter(([from, to]) => !hidden.has(from) && !hidden.has(to))
    return lowerMedian(distances(keypoints, frames, known, true)) ?? lowerMedian(distances(keypoints, frames, known, false))
  })
  const scale = scaleOf(measured)
  return {
    lengths: Float64Array.from(measured, (length, id) => length ?? scale * proportions[id]!),
    seen: measured.map((length) => length !== undefined),
  }
}

type Ends = readonly [from: number, to: number]

function ends({ parent, child }: Bone, hidden: ReadonlySet<number>): Ends {
  const root = child === joint.leftWrist ? joint.leftHand : child === joint.rightWrist ? joint.rightHand : child
  return [parent, hidden.has(child) ? root : child]
}

/** How far apart pairs of joints are in each frame, or in those that show both. Two joints in one place are no bone. */
function distances(keypoints: Float32Array, frames: number, pairs: readonly Ends[], together: boolean): number[] {
  const found: number[] = []
  for (let t = 0; t < frames; t++) {
    for (const [a, b] of pairs) {
      const [from, to] = [(t * JOINTS + a) * KEYPOINT, (t * JOINTS + b) * KEYPOINT]
      if (together && !(keypoints[from + 2]! > 0 && keypoints[to + 2]! > 0)) continue
      const distance = Math.hypot(keypoints[to]! - keypoints[from]!, keypoints[to + 1]! - keypoints[from + 1]!)
      if (distance > 0) found.push(distance)
    }
  }
  return found
}

function lowerMedian(values: readonly number[]): number | undefined {
  return Float64Array.from(values).sort()[Math.floor((values.length - 1) / 2)]
}

/** How large the signer is beside the proportions above. */
function scaleOf(measured: readonly (number | undefined)[]): number {
  const scales = measured.map((length, id) => (length === undefined ? undefined : length / proportions[id]!))
  const known = (some: readonly (number | undefined)[]): number[] => some.filter((scale) => scale !== undefined)
  return lowerMedian(known(scales.slice(0, BODY))) ?? lowerMedian(known(scales)) ?? USUAL
}
