// A motion as the frames that a model has learnt to read.

import { counted } from '../base/counted.js'
import { type Motion, sameRate } from '../motion/clip.js'
import { coordinatesOf } from '../motion/layout/layout.js'
import { layoutOfMotion } from '../motion/layout/layouts.js'
import { resampleMotion } from './motion_resample.js'

export interface ReadFrames {
  /** [frames, numbers]: the coordinates of its layout's points, 0 where they were not seen */
  readonly values: Float32Array
  readonly frames: number
  /** What was done to it, as sentences. */
  readonly notes: readonly string[]
}

/** A motion at a model's frame rate, and no longer than its table of positions; `who` is the model, for the notes. */
export function motionFrames(
  motion: Motion,
  { fps, maxFrames }: { readonly fps: number; readonly maxFrames: number },
  who: string,
): ReadFrames {
  const notes: string[] = []
  const own = sameRate(motion.fps, fps) ? motion : resampleMotion(motion, fps)
  if (own !== motion) notes.push(`motions of ${motion.fps} frames per second are resampled to the ${fps} of ${who}`)
  const frames = Math.min(own.frames, maxFrames)
  if (frames < own.frames) notes.push(`${who} reads no more than ${counted(maxFrames, 'frame')}: what comes after is left out`)
  return { values: own.joints.subarray(0, frames * coordinatesOf(layoutOfMotion(own))), frames, notes }
}
