// The three steps between a detector's pixels and lifting, as the Prompt2Sign tool takes them, so that our clips start where its clips start:
// standardise by the clip, empty the frames of which little was seen, smooth every joint over the nearest frames in which it was.
// All take [frames, 50, 3] (x, y, confidence) and return a new array. Frames count by position here; resample first where gaps in time matter.

import { counted } from '../../base/counted.js'
import { SignError } from '../../base/errors.js'
import { KEYPOINT } from '../../motion/keypoints.js'
import { JOINTS, joint } from '../../motion/skeleton.js'

const FRAME = JOINTS * KEYPOINT
/** Joints 0 to 7. The hands are left out of the judgement of a frame: they are lost far more often. */
const BODY = joint.leftHand

/** A clip in its own units, and what leads back: pixel = value · sigma + mean. */
export interface NormalisedKeypoints {
  /** [frames, 50, 3] */
  readonly keypoints: Float32Array
  /** Of x and of y, in pixels, over the points counted. */
  readonly mean: readonly [x: number, y: number]
  /** In pixels, of x and y pooled, about their common mean: the distance between the two means is part of it. */
  readonly sigma: number
}

export interface NormaliseKeypointOptions {
  /**
   * Which points count: `all`, as the tool has it, the 0, 0 of missing ones included (default), or those that were `seen`. A clip of one hand would have half the
   * scale of one of two hands where all count.
   */
  readonly over?: 'all' | 'seen'
}

/**
 * x' = (x − mean x) / sigma, y' = (y − mean y) / sigma, over the points of the clip; confidences stay.
 * Throws ERR_DATA naming `who` for a wrong length, a coordinate that is not finite, and a clip whose points all coincide (nobody was seen).
 */
export function normaliseKeypoints(
  keypoints: Float32Array,
  frames: number,
  who = 'keypoints',
  { over = 'all' }: NormaliseKeypointOptions = {},
): NormalisedKeypoints {
  checkLength(keypoints, frames, who)
  let [sumX, sumY, squares, points] = [0, 0, 0, 0]
  for (let i = 0; i < keypoints.length; i += KEYPOINT) {
    if (over === 'seen' && !(keypoints[i + 2]! > 0)) continue
    const [x, y] = [keypoints[i]!, keypoints[i + 1]!]
    points += 1
    sumX += x
    sumY += y
    squares += x * x + y * y
  }
  const mean = [sumX / points, sumY / points] as const
  const pooled = (sumX + sumY) / (2 * points)
  const sigma = Math.sqrt(squares / (2 * points) - pooled * pooled)
  if (!(sigma > 1e-6 && sigma < Number.POSITIVE_INFINITY)) {
    const problem = `wanted points apart from each other, got a standard deviation of ${sigma} in ${counted(frames, 'frame')}`
    throw new SignError('ERR_DATA', who, problem, 'Drop the clip: nobody was detected in it')
  }
  const out = keypoints.slice()
  for (let i = 0; i < out.length; i += KEYPOINT) {
    out[i] = (keypoints[i]! - mean[0]) / sigma
    out[i + 1] = (keypoints[i + 1]! - mean[1]) / sigma
  }
  return { keypoints: out, mean, sigma }
}

/** Sets x, y and confidence to 0 in every frame whose 8 body joints have a mean confidence below `least`. The frame itself stays. */
export function pruneKeypoints(keypoints: Float32Array, frames: number, least = 0.3): Float32Array {
  checkLength(keypoints, frames, 'keypoints')
  const out = keypoints.slice()
  for (let t = 0; t < frames; t++) {
    let sum = 0
    for (let j = 0; j < BODY; j++) sum += keypoints[t * FRAME + j * KEYPOINT + 2]!
    if (sum / BODY < least) out.fill(0, t * FRAME, (t + 1) * FRAME)
  }
  return out
}

/**
 * Every joint in every frame becomes the confidence-weighted mean of itself in the frames t − d … t + d, cut at the ends of the clip, with the smallest d for
 * which the confidences add up to `enough`, or the whole clip where they never do. A joint never seen becomes 0, 0. Confidences stay, so a filled joint is
 * still known to be a guess; one seen with less than `enough` is smoothed. Takes frames · joints · window steps.
 */
export function interpolateKeypoints(keypoints: Float32Array, frames: number, enough = 0.99): Float32Array {
  checkLength(keypoints, frames, 'keypoints')
  const out = keypoints.slice()
  for (let j = 0; j < JOINTS; j++) {
    const whole = weightedMean(keypoints, j, 0, frames - 1)
    for (let t = 0; t < frames; t++) {
      // Widening in vain in every frame would take frames² steps for a hand that is never in the picture.
      const { x, y } = whole.weight < enough ? whole : nearestMean(keypoints, frames, j, t, enough)
      out[t * FRAME + j * KEYPOINT] = x
      out[t * FRAME + j * KEYPOINT + 1] = y
    }
  }
  return out
}

interface WeightedMean {
  readonly x: number
  readonly y: number
  readonly weight: number
}

/** Over frames `first` to `last`, both included. */
function weightedMean(keypoints: Float32Array, j: number, first: number, last: number): WeightedMean {
  let [x, y, weight] = [0, 0, 0]
  for (let t = first; t <= last; t++) {
    const at = t * FRAME + j * KEYPOINT
    const w = keypoints[at + 2]!
    x += w * keypoints[at]!
    y += w * keypoints[at + 1]!
    weight += w
  }
  return over(x, y, weight)
}

/** Over the narrowest window about frame `t` that weighs `enough`. */
function nearestMean(keypoints: Float32Array, frames: number, j: number, t: number, enough: number): WeightedMean {
  let [x, y, weight] = [0, 0, 0]
  for (let d = 0; weight < enough && (t + d < frames || t - d >= 0); d++) {
    for (const near of d === 0 ? [t] : [t + d, t - d]) {
      if (near < 0 || near >= frames) continue
      const at = near * FRAME + j * KEYPOINT
      const w = keypoints[at + 2]!
      x += w * keypoints[at]!
      y += w * keypoints[at + 1]!
      weight += w
    }
  }
  return over(x, y, weight)
}

/** The sums over their weight; the tool's own guard against a weight of 0 makes an unseen joint 0, 0. */
function over(x: number, y: number, weight: number): WeightedMean {
  const divisor = weight > 0 ? weight : 1e-10
  return { x: x / divisor, y: y / divisor, weight }
}

function checkLength(keypoints: Float32Array, frames: number, who: string): void {
  if (frames >= 1 && keypoints.length === frames * FRAME) return
  const problem = `wanted ${FRAME} numbers in each of at least 1 frame, got ${counted(keypoints.length, 'number')} in ${counted(frames, 'frame')}`
  throw new SignError('ERR_DATA', who, problem, 'Drop the clip, or read it again')
}
