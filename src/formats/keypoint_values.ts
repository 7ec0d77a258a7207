// Which numbers may stand in a detector's file. One rule for all readers, so that a damaged value is found where it enters and by its name.

import { shown } from '../base/shown.js'
import { KEYPOINT } from '../motion/keypoints.js'

/** Pixels from the corner of the picture at which a coordinate can no longer be one. */
const FARTHEST = 1e6
/** A confidence is the peak of a heat map, which may overshoot 1 a little (1.13 was seen) and undershoot 0. */
const CONFIDENCE = { least: -0.1, most: 1.5 }

/**
 * Writes a point as joint `joint` of one frame [50, 3]: pixels and confidence, or 0, 0, 0 where the confidence is 0 or less, or one of the three is `null`.
 * Returns undefined, or what is wrong with the numbers, as `wanted …, got …`.
 */
export function putPoint(frame: Float32Array, joint: number, x: unknown, y: unknown, confidence: unknown): string | undefined {
  if (x === null || y === null || confidence === null) return undefined
  if (!isConfidence(confidence)) return `wanted a confidence of ${CONFIDENCE.least} to ${CONFIDENCE.most}, got ${shown(confidence)}`
  for (const value of [x, y]) if (!isPixel(value)) return `wanted a coordinate in pixels, got ${shown(value)}`
  if (confidence <= 0) return undefined
  const at = joint * KEYPOINT
  frame[at] = x as number
  frame[at + 1] = y as number
  frame[at + 2] = confidence
  return undefined
}

function isConfidence(value: unknown): value is number {
  return typeof value === 'number' && value >= CONFIDENCE.least && value <= CONFIDENCE.most
}

function isPixel(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= FARTHEST
}
