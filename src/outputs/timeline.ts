// Two motions on one clock. A shorter one ends; it is never stretched to the other's length, which would hide that its timing is wrong.

import { SignError } from '../base/errors.js'
import type { Motion } from '../motion/clip.js'
import { COORDS } from '../motion/skeleton.js'

/** Seconds a motion lasts. */
export function duration(motion: Motion): number {
  return motion.frames / motion.fps
}

/** The frame that shows `seconds` in, or undefined once the motion is over. */
export function frameAtTime(motion: Motion, seconds: number): number | undefined {
  // A hair more than the exact time: 3 frames at 1/25 s must not fall back to frame 2 by rounding.
  const frame = Math.floor(seconds * motion.fps + 1e-6)
  return frame < motion.frames ? frame : undefined
}

/** `count` moments in seconds from a motion's first frame to its last, evenly spaced; fewer where it has fewer frames. */
export function spread(motions: readonly Motion[], count: number): number[] {
  const longest = motions.reduce((a, b) => (duration(b) > duration(a) ? b : a))
  const shown = Math.max(1, Math.min(count, longest.frames))
  const step = shown > 1 ? (longest.frames - 1) / (shown - 1) : 0
  return Array.from({ length: shown }, (_, k) => Math.round(k * step) / longest.fps)
}

/** Throws ERR_DATA where a motion has no frames, no clock, or not 150 numbers a frame. */
export function checkMotion(motion: Motion, who: string): void {
  const { frames, fps, joints } = motion
  if (!(frames >= 1 && Number.isInteger(frames)))
    throw new SignError('ERR_DATA', who, `wanted at least one frame, got ${frames}`, 'Check that the motion is not empty')
  if (!(fps > 0 && Number.isFinite(fps)))
    throw new SignError('ERR_DATA', who, `wanted frames a second above 0, got ${fps}`, 'Give the motion the rate it was filmed at')
  if (joints.length !== frames * COORDS) {
    const wanted = `${frames * COORDS} numbers for ${frames} frames`
    throw new SignError('ERR_DATA', who, `wanted ${wanted}, got ${joints.length}`, `Give ${COORDS} numbers a frame, without the counter`)
  }
}
