// Dynamic time warping: how far two motions are apart once their tempo is evened out.

import { counted } from '../base/counted.js'
import { bug, SignError } from '../base/errors.js'
import type { Motion } from '../motion/clip.js'
import { COORDS, JOINTS } from '../motion/skeleton.js'

/** What a distance needs of a motion. */
export type Frames = Pick<Motion, 'joints' | 'frames'>

/** Rows of numbers, one after another. */
export interface Series {
  readonly values: ArrayLike<number>
  readonly length: number
}

/** How two rows are compared: the sum of absolute differences, or the straight line. */
export type Norm = 'l1' | 'l2'

export interface Alignment {
  /** Sum of the row distances along the cheapest path. */
  readonly cost: number
  /** Pairs (reference row, hypothesis row) from (0, 0) to the last of both. */
  readonly path: readonly (readonly [number, number])[]
}

/**
 * The cheapest monotone alignment of two series of `dimension` numbers a row: steps (1,0), (0,1) and (1,1), all of weight 1, no window.
 * Among equally cheap paths the diagonal is taken. O(reference × hypothesis × dimension) time.
 */
export function align(reference: Series, hypothesis: Series, dimension: number, norm: Norm): Alignment {
  const [rows, columns] = [reference.length, hypothesis.length]
  if (rows < 1 || columns < 1) throw bug('align', `wanted at least one row on both sides, got ${rows} and ${columns}`)
  const a = Float64Array.from(reference.values)
  const b = Float64Array.from(hypothesis.values)
  const distance = norm === 'l1' ? absoluteDistance : straightDistance

  // The cost table needs only its last row; the way back needs one move a cell.
  const moves = new Uint8Array(rows * columns)
  let above = new Float64Array(columns + 1).fill(Infinity)
  let row = new Float64Array(columns + 1)
  above[0] = 0
  for (let i = 0; i < rows; i++) {
    row[0] = Infinity
    for (let j = 0; j < columns; j++) {
      const [diagonal, up, left] = [above[j]!, above[j + 1]!, row[j]!]
      const best = Math.min(diagonal, up, left)
      moves[i * columns + j] = best === diagonal ? DIAGONAL : best === up ? UP : LEFT
      row[j + 1] = best + distance(a, i * dimension, b, j * dimension, dimension)
    }
    ;[above, row] = [row, above]
  }
  return { cost: above[columns]!, path: wayBack(moves, rows, columns) }
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

function series(side: string, { joints, frames }: Frames): Series {
  if (frames >= 1 && joints.length === frames * COORDS) return { values: joints, length: frames }
  throw new SignError(
    'ERR_DATA',
    `DTW ${side}`,
    `wanted at least one frame of ${COORDS} numbers, got ${counted(joints.length, 'number')} in ${counted(frames, 'frame')}`,
    'Leave that clip out, or decode at least one frame',
  )
}

const DIAGONAL = 0
const UP = 1
const LEFT = 2

function wayBack(moves: Uint8Array, rows: number, columns: number): [number, number][] {
  let [i, j] = [rows - 1, columns - 1]
  const path: [number, number][] = [[i, j]]
  while (i > 0 || j > 0) {
    const move = moves[i * columns + j]
    if (move !== LEFT) i--
    if (move !== UP) j--
    path.push([i, j])
  }
  return path.reverse()
}

function absoluteDistance(a: ArrayLike<number>, from: number, b: ArrayLike<number>, to: number, dimension: number): number {
  let sum = 0
  for (let k = 0; k < dimension; k++) sum += Math.abs(a[from + k]! - b[to + k]!)
  return sum
}

function straightDistance(a: ArrayLike<number>, from: number, b: ArrayLike<number>, to: number, dimension: number): number {
  let sum = 0
  for (let k = 0; k < dimension; k++) {
    const gap = a[from + k]! - b[to + k]!
    sum += gap * gap
  }
  return Math.sqrt(sum)
}
