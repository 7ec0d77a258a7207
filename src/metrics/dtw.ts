// Dynamic time warping: how far two motions are apart once their tempo is evened out.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import type { Motion } from '../motion/clip.js'
import { COORDS, JOINTS } from '../motion/skeleton.js'
import { cheapestPath, type WarpPath } from './warp.js'

/** What a distance needs of a motion. */
export type Frames = Pick<Motion, 'joints' | 'frames'>

/** Rows of numbers, one after another. */
export interface Series {
  readonly values: ArrayLike<number>
  readonly length: number
}

/** How two rows are compared: the sum of absolute differences, or the straight line. */
export type Norm = 'l1' | 'l2'

/** Sum of the row distances along the cheapest path, and its pairs (reference row, hypothesis row). */
export type Alignment = WarpPath

/**
 * The cheapest monotone alignment of two series of `dimension` numbers a row: steps (1,0), (0,1) and (1,1), all of weight 1, no window.
 * Among equally cheap paths the diagonal is taken. O(reference × hypothesis × dimension) time.
 */
export function align(reference: Series, hypothesis: Series, dimension: number, norm: Norm): Alignment {
  const a = Float64Array.from(reference.values)
  const b = Float64Array.from(hypothesis.values)
  const distance = distances[norm]
  return cheapestPath(reference.length, hypothesis.length, (i, j) => distance(a, i * dimension, b, j * dimension, dimension))
}

export interface DtwScore {
  /** Cost of the alignment divided by the reference's frames. */
  readonly distance: number
  readonly path: Alignment['path']
}

/**
 * The DTW score of Progressive Transformers: frames compared by the L1 sum over 150 coordinates, divided by the reference's length.
 * Give it motions alone: without counter, and without the start frame a decoder was given.
 * It rewards standing still: a mean pose scores better than real signing of another sentence, so never print it without its baselines.
 * Throws ERR_DATA for a motion without frames.
 */
export function dtw(reference: Frames, hypothesis: Frames): DtwScore {
  const { cost, path } = alignMotions(reference, hypothesis, 'l1')
  return { distance: cost / reference.frames, path }
}

/**
 * DTW-MJE: aligned by the straight distance of whole frames, then the mean distance of a joint over the path, in normalised units.
 * Throws ERR_DATA for a motion without frames.
 */
export function dtwMje(reference: Frames, hypothesis: Frames): number {
  const { path } = alignMotions(reference, hypothesis, 'l2')
  let sum = 0
  for (const [i, j] of path) {
    for (let k = 0; k < JOINTS; k++) {
      sum += straightDistance(reference.joints, i * COORDS + k * 3, hypothesis.joints, j * COORDS + k * 3, 3)
    }
  }
  return sum / (path.length * JOINTS)
}

function alignMotions(reference: Frames, hypothesis: Frames, norm: Norm): Alignment {
  return align(series('reference', reference), series('hypothesis', hypothesis), COORDS, norm)
}

/** A motion as rows of 150 numbers. Throws ERR_DATA naming the `side` where it has no frames. */
export function series(side: string, { joints, frames }: Frames): Series {
  if (frames >= 1 && joints.length === frames * COORDS) return { values: joints, length: frames }
  throw new SignError(
    'ERR_DATA',
    `DTW ${side}`,
    `wanted at least one frame of ${COORDS} numbers, got ${counted(joints.length, 'number')} in ${counted(frames, 'frame')}`,
    'Leave that clip out, or decode at least one frame',
  )
}

/** The sum of absolute differences of `dimension` numbers. */
export function absoluteDistance(a: ArrayLike<number>, from: number, b: ArrayLike<number>, to: number, dimension: number): number {
  let sum = 0
  for (let k = 0; k < dimension; k++) sum += Math.abs(a[from + k]! - b[to + k]!)
  return sum
}

/** The Euclidean distance of `dimension` numbers. */
export function straightDistance(a: ArrayLike<number>, from: number, b: ArrayLike<number>, to: number, dimension: number): number {
  let sum = 0
  for (let k = 0; k < dimension; k++) {
    const gap = a[from + k]! - b[to + k]!
    sum += gap * gap
  }
  return Math.sqrt(sum)
}

const distances = { l1: absoluteDistance, l2: straightDistance } as const
