// Two motions on one clock. A shorter one ends; it is never stretched to the other's length, which would hide that its timing is wrong.

import type { Motion } from '../motion/clip.js'

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
