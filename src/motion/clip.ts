// One signed sentence: what every reader produces, every model learns from, and every writer takes.

import { coordinatesOf, type LayoutName } from './layout/layout.js'
import { layoutOfMotion } from './layout/layouts.js'

/** The normalisation every clip of 50 joints is in once read: neck at 0, shoulders 1/3 apart in the image plane. */
export const NORMALISATION = 'neck-shoulder-3'

export interface Motion {
  /** [frames, points × dimensions] of the layout; by default 150, x, y, z of 50 joints, neck-centred, 2D shoulder distance 1/3. */
  readonly joints: Float32Array
  /** What the numbers of a frame are; default `skeleton-50`. */
  readonly layout?: LayoutName | undefined
  /** [frames, points], 0 to 1: how sure each point is, 0 where it was not seen and its coordinates are 0; absent: all points are there. */
  readonly confidence?: Float32Array | undefined
  readonly frames: number
  /** Frames a second. */
  readonly fps: number
}

/** Over two hours at the usual rates: more comes of a damaged header, frame number or rate, and would be allocated before that shows. */
export const MOST_FRAMES = 200_000

const MOST_RATE = 100_000

/** What {@link isRate} wants, for messages. */
export const wantedRate = `frames per second, above 0 and below ${MOST_RATE}`

/** Whether a number can be a frame rate. */
export function isRate(fps: number): boolean {
  return fps > 0 && fps < MOST_RATE
}

/** Whether two frame rates are the same but for how files round them: 29.97 is 29.969999 in some, 30 in none. */
export function sameRate(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-4 * Math.max(a, b)
}

export interface NamedMotion extends Motion {
  /** Unique in its split, e.g. `dev/17April_2010_Saturday-3`. */
  readonly name: string
}

export interface Clip extends NamedMotion {
  /** Language tag, e.g. `ASL`. */
  readonly language: string
  readonly text: string
  readonly gloss?: string
  /** Gloss tokens that carry their language, `<ASL_HELLO> <ASL_WORLD>`. */
  readonly langGloss?: string
}

/** The progress counter of 0-based frame i in a clip of n frames: 0 at the start, (n-1)/n at the end. */
export function counter(frame: number, frames: number): number {
  return frame / frames
}

/** The coordinates of frame `i` of a motion, as a view. */
export function frameAt(motion: Motion, i: number): Float32Array {
  const numbers = coordinatesOf(layoutOfMotion(motion))
  return motion.joints.subarray(i * numbers, (i + 1) * numbers)
}

/** How sure the points of frame `i` are, as a view; undefined where all are there. */
export function confidenceAt(motion: Motion, i: number): Float32Array | undefined {
  const { points } = layoutOfMotion(motion)
  return motion.confidence?.subarray(i * points, (i + 1) * points)
}
