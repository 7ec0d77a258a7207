// The DTW of Progressive Transformers as it was released: with its counter column, its lost frame, and its table.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { COORDS } from '../motion/skeleton.js'
import { absoluteDistance, type Frames, type Series, series } from './dtw.js'
import { checkCells, type WarpPath } from './warp.js'

/** What the released table takes beside the two series. The published scores are of the defaults. */
export interface ReleasedDtwOptions {
  /** How far a row's columns may be from its own position; default without end. */
  readonly window?: number
  /** Factor on what a step other than the diagonal comes from, when the cheapest is chosen; default 1. */
  readonly slope?: number
  /** Steps down or right of up to so many cells at once; default 1. */
  readonly warp?: number
}

export interface ReleasedDtw extends WarpPath {
  /** The accumulated costs of the last row, one a column. */
  readonly lastRow: Float64Array
}

/**
 * DTW by L1 costs with the options of the released code. Ties of the path: diagonal, (i−1, j), (i, j−1). Its quirks are kept: the way back ignores `slope`, and a
 * `warp` above 1 also compares cells that hold no sum yet but their own cost. Throws ERR_CONFIG for a window that no path fits in and a slope that is not above 0.
 */
export function releasedDtw(
  reference: Series,
  hypothesis: Series,
  dimension: number,
  { window = Number.POSITIVE_INFINITY, slope = 1, warp = 1 }: ReleasedDtwOptions = {},
): ReleasedDtw {
  const [rows, columns] = [reference.length, hypothesis.length]
  if (!(window >= Math.abs(rows - columns) && slope > 0 && warp >= 1)) {
    const problem = `wanted a window of at least ${Math.abs(rows - columns)}, a slope above 0 and a warp of at least 1, got ${window}, ${slope} and ${warp}`
    throw new SignError('ERR_CONFIG', 'Progressive DTW', problem, 'Correct the value')
  }
  checkCells(rows, columns)
  // Row 0 and column 0 are the border: cell (i, j) of the series is at (i + 1, j + 1).
  const width = columns + 1
  const sums = new Float64Array((rows + 1) * width).fill(Infinity)
  sums[0] = 0
  const [a, b] = [Float64Array.from(reference.values), Float64Array.from(hypothesis.values)]
  const allowed = (i: number): readonly [number, number] => [Math.max(0, i - window), Math.min(columns - 1, i + window)]
  for (let i = 0; i < rows; i++) {
    const [first, last] = allowed(i)
    for (let j = first; j <= last; j++) sums[(i + 1) * width + j + 1] = absoluteDistance(a, i * dimension, b, j * dimension, dimension)
  }
  for (let i = 0; i < rows; i++) {
    const [first, last] = allowed(i)
    for (let j = first; j <= last; j++) {
      let best = sums[i * width + j]!
      for (let k = 1; k <= warp; k++) {
        const [down, right] = [Math.min(i + k, rows), Math.min(j + k, columns)]
        best = Math.min(best, sums[down * width + j]! * slope, sums[i * width + right]! * slope)
      }
      sums[(i + 1) * width + j + 1]! += best
    }
  }
  return { cost: sums.at(-1)!, path: wayBack(sums, rows, columns), lastRow: sums.slice(rows * width + 1) }
}

export interface ProgressiveScore extends ReleasedDtw {
  /** Cost of the path over the reference rows used. */
  readonly score: number
  readonly referenceFrames: number
  readonly hypothesisFrames: number
}

/**
 * The DTW score that Progressive Transformers print for rows of `dimension` coordinates and a counter after them, [rows, dimension + 1]: the hypothesis' first row,
 * the start frame its decoder was given, is left out; each side ends before the row of its largest counter, so that its last frame is lost (one row is kept);
 * then DTW by L1 costs without the counter, over the reference rows used. It rewards standing still: never print it without its baselines.
 * Throws ERR_DATA for a reference without rows, and a hypothesis without one after its first.
 */
export function progressiveDtw(
  reference: Series,
  hypothesis: Series,
  dimension: number,
  options: ReleasedDtwOptions = {},
): ProgressiveScore {
  const wanted = untilCounted('reference', reference, dimension, 0)
  const got = untilCounted('hypothesis', hypothesis, dimension, 1)
  const found = releasedDtw(wanted, got, dimension, options)
  return { ...found, score: found.cost / wanted.length, referenceFrames: wanted.length, hypothesisFrames: got.length }
}

/**
 * The score of {@link progressiveDtw} for motions alone, which have neither counter nor start frame: counters rise to the last frame, so that is the one that both
 * sides lose. L1 over 150 coordinates a frame of the reference, in normalised units. Throws ERR_DATA for a motion without frames.
 */
export function progressiveMotionDtw(reference: Frames, hypothesis: Frames): number {
  const wanted = withoutLast(series('reference', reference))
  return releasedDtw(wanted, withoutLast(series('hypothesis', hypothesis)), COORDS).cost / wanted.length
}

function withoutLast({ values, length }: Series): Series {
  const kept = Math.max(1, length - 1)
  return { values: Float64Array.from(values).subarray(0, kept * COORDS), length: kept }
}

/** The rows from `start` on and before that of the largest counter, without their counters. */
function untilCounted(side: string, { values, length }: Series, dimension: number, start: number): Series {
  const width = dimension + 1
  if (length <= start || values.length !== length * width) {
    const problem = `wanted more than ${counted(start, 'row')} of ${dimension} coordinates and a counter, got ${counted(values.length, 'number')} in ${counted(length, 'row')}`
    throw new SignError('ERR_DATA', `Progressive DTW ${side}`, problem, 'Leave that clip out, or decode at least one frame')
  }
  let end = start
  for (let i = start + 1; i < length; i++) if (values[i * width + dimension]! > values[end * width + dimension]!) end = i
  const kept = Math.max(1, end - start)
  const rows = Float64Array.from({ length: kept * dimension }, (_, at) => {
    const row = Math.floor(at / dimension)
    return values[(start + row) * width + (at - row * dimension)]!
  })
  return { values: rows, length: kept }
}

function wayBack(sums: Float64Array, rows: number, columns: number): [number, number][] {
  let [i, j] = [rows - 1, columns - 1]
  const path: [number, number][] = [[i, j]]
  while (i > 0 || j > 0) {
    // Along the border there is one way only, also where all of its sums are infinite.
    const [diagonal, above, left] = [sum(i, j), sum(i, j + 1), sum(i + 1, j)]
    const best = Math.min(diagonal, above, left)
    if (j === 0) i--
    else if (i === 0) j--
    else if (best === diagonal) [i, j] = [i - 1, j - 1]
    else if (best === above) i--
    else j--
    path.push([i, j])
  }
  return path.reverse()

  function sum(row: number, column: number): number {
    return sums[row * (columns + 1) + column]!
  }
}
