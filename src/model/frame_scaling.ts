// The units a model sees frames in. Joints move by a tenth of the distance they lie from the neck, so a regression in raw coordinates
// spends most of its training on what never changes; about their mean, in units of their spread, it learns about ten times as fast.

import type { Motion } from '../motion/clip.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { COORDS } from '../motion/skeleton.js'

/** What the model sees of a number is (number − centre) / scale: the numbers of a frame first, the progress counter last. */
export interface FrameScaling {
  readonly centre: Float32Array
  readonly scale: Float32Array
}

/** The counter runs evenly from 0 to 1, so this is its standard deviation. It keeps its zero: there every clip starts. */
const COUNTER_SCALE = 1 / Math.sqrt(12)

/** Raw numbers, as the released Progressive Transformers code has them. */
export const rawFrames = (numbers: number = COORDS): FrameScaling => ({
  centre: new Float32Array(numbers + 1),
  scale: new Float32Array(numbers + 1).fill(1),
})

/**
 * Each number about its own mean over the clips, all of one layout, of which there is at least one; one unit for all of them, so that a squared error weighs every
 * point as before. Only points that were seen count; the mean of one never seen is 0.
 */
export function measureScaling(clips: readonly ScaledClip[]): FrameScaling {
  const { dims } = layoutOfMotion(clips[0]!)
  const numbers = clips[0]!.joints.length / clips[0]!.frames
  const seen = countSeen(clips)
  const frames = clips.reduce((sum, clip) => sum + clip.frames, 0)
  const framesOf = (number: number): number => seen[Math.floor(number / dims)] ?? frames
  const mean = new Float64Array(numbers)
  for (const { joints, confidence } of clips)
    joints.forEach((value, i) => {
      if (isSeen(confidence, i, dims)) mean[i % numbers]! += value / framesOf(i % numbers)
    })
  let squares = 0
  for (const { joints, confidence } of clips)
    joints.forEach((value, i) => {
      if (isSeen(confidence, i, dims)) squares += (value - mean[i % numbers]!) ** 2
    })
  const cells = Array.from(mean, (_, number) => framesOf(number)).reduce((sum, count) => sum + count, 0)
  const spread = Math.sqrt(squares / cells)

  const { centre, scale } = rawFrames(numbers)
  centre.set(mean)
  // Clips that do not move at all have no spread to measure by.
  if (spread > 0) scale.fill(spread)
  scale[numbers] = COUNTER_SCALE
  return { centre, scale }
}

/** Least deviation of a number: one that never changes is not divided by nothing. */
const LEAST_DEVIATION = 1e-3

/** Each number about its own mean and in units of its own deviation, over rows [frames, numbers] of which all count; the counter as it is. */
export function measureColumns(rows: readonly Float32Array[], numbers: number): FrameScaling {
  const frames = rows.reduce((sum, { length }) => sum + length / numbers, 0)
  const [mean, squares] = [new Float64Array(numbers), new Float64Array(numbers)]
  for (const values of rows)
    values.forEach((value, i) => {
      mean[i % numbers]! += value / frames
    })
  for (const values of rows)
    values.forEach((value, i) => {
      squares[i % numbers]! += (value - mean[i % numbers]!) ** 2 / frames
    })
  const { centre, scale } = rawFrames(numbers)
  centre.set(mean)
  scale.set(squares.map((variance) => Math.max(LEAST_DEVIATION, Math.sqrt(variance))))
  return { centre, scale }
}

/** What of a clip units are measured by. */
export type ScaledClip = Pick<Motion, 'joints' | 'frames' | 'layout' | 'confidence'>

/** [points]: in how many frames of the clips each point was seen. */
export function countSeen(clips: readonly Omit<ScaledClip, 'joints'>[]): Float64Array {
  const { points } = layoutOfMotion(clips[0]!)
  const seen = new Float64Array(points)
  for (const { frames, confidence } of clips) for (let i = 0; i < frames * points; i++) if (isSeen(confidence, i, 1)) seen[i % points]! += 1
  return seen
}

/** Whether the point of number `i` of a motion, `each` numbers a point, was seen. */
const isSeen = (confidence: Float32Array | undefined, i: number, each: number): boolean =>
  confidence === undefined || confidence[Math.floor(i / each)]! > 0

/** Writes a frame, or its first numbers, into `out` from `at` as the model sees it. */
export function scaleInto(out: Float32Array, at: number, values: Float32Array, { centre, scale }: FrameScaling): void {
  for (let i = 0; i < values.length; i++) out[at + i] = (values[i]! - centre[i]!) / scale[i]!
}

/** Rows of [numbers] in a model's units, each at a multiple of `stride`. */
export function scaleRows(out: Float32Array, stride: number, values: Float32Array, numbers: number, { centre, scale }: FrameScaling): void {
  for (let from = 0, to = 0; from < values.length; from += numbers, to += stride)
    for (let i = 0; i < numbers; i++) out[to + i] = (values[from + i]! - centre[i]!) / scale[i]!
}

/** What the model said, or the first numbers of it, in the units of the data: a new array. */
export function unscaled(values: Float32Array, { centre, scale }: FrameScaling): Float32Array {
  return values.map((value, i) => value * scale[i]! + centre[i]!)
}
