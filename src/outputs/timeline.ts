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

/** Browsers play a GIF quicker than 2/100 s a frame at a tenth of its speed, so frames of faster motions are left out. */
export const FASTEST_GIF = 50

/** At how many pictures a second, at most `fastest`, motions are shown side by side at the first one's rate, and in how many pictures. */
export function pictureTimes(
  { fps: own }: Motion,
  shown: readonly Motion[],
  fastest: number,
): { readonly fps: number; readonly frames: number } {
  const fps = own / Math.ceil(own / fastest || 1)
  return { fps, frames: Math.ceil(Math.max(...shown.map(duration)) * fps - 1e-6) }
}

/** Milliseconds that a picture of a GIF is shown. The file keeps hundredths of a second: where each picture ends is rounded, so that errors do not add up. */
export function gifDelay(picture: number, fps: number): number {
  return 10 * (Math.round(((picture + 1) * 100) / fps) - Math.round((picture * 100) / fps))
}
