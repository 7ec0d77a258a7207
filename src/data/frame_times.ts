// Where the frames of one rate lie among those of another.

import { SignError } from '../base/errors.js'
import { isRate, wantedRate } from '../motion/clip.js'

/** Throws ERR_CONFIG for a rate to bring a clip to that is none. */
export function checkRate(fps: number): void {
  if (!isRate(fps)) throw new SignError('ERR_CONFIG', 'fps', `wanted ${wantedRate}, got ${fps}`, 'Choose a rate such as 25')
}

/** How many frames, `step` source frames apart, fit into `span` source frames, both ends included: the last one must not be lost to rounding. */
export function framesWithin(span: number, step: number): number {
  return Math.floor(span / step + 1e-6) + 1
}

/** Times that are a source frame's but for rounding. */
export function nearInteger(time: number): number {
  const whole = Math.round(time)
  return Math.abs(time - whole) < 1e-6 ? whole : time
}
