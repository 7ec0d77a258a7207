// fastdtw: an approximation of dynamic time warping that looks for the path near that of the same series at half the rate. Published tables use it, and it may
// miss the cheapest path, so it is here to compare with those tables only.

import { type Series, straightDistance } from './dtw.js'
import { aboveFirst, type Band, cheapestPath, type WarpPath } from './warp.js'

/** How far beside the coarser path the finer one may go, in coarse rows and columns. */
const RADIUS = 1

/** Frames below which there is nothing to make coarser. */
const SHORTEST = RADIUS + 2

/**
 * The path of two series of `dimension` numbers a row that the fastdtw package finds with radius 1 and Euclidean costs: of series of under 3 rows the cheapest one;
 * else rows are averaged in twos (an odd last one is left out), the path of these is found, widened by 1 in all directions and doubled, and the cheapest path
 * inside is taken. Ties: (i−1, j), then (i, j−1), then the diagonal. O(rows) time but for the memory of the path.
 */
export function fastAlign(rows: Series, columns: Series, dimension: number): WarpPath {
  const a = Float64Array.from(rows.values)
  const b = Float64Array.from(columns.values)
  const coarse =
    Math.min(rows.length, columns.length) < SHORTEST
      ? undefined
      : fastAlign(halved(a, rows.length, dimension), halved(b, columns.length, dimension), dimension)
  const band = coarse && bandAround(coarse.path, rows.length, columns.length)
  const cost = (i: number, j: number) => straightDistance(a, i * dimension, b, j * dimension, dimension)
  return cheapestPath(rows.length, columns.length, cost, aboveFirst, band)
}

function halved(values: Float64Array, rows: number, dimension: number): Series {
  const length = Math.floor(rows / 2)
  const half = new Float64Array(length * dimension)
  for (let i = 0; i < length; i++)
    for (let k = 0; k < dimension; k++)
      half[i * dimension + k] = (values[2 * i * dimension + k]! + values[(2 * i + 1) * dimension + k]!) / 2
  return { values: half, length }
}

function bandAround(path: WarpPath['path'], rows: number, columns: number): Band {
  const first = new Int32Array(rows).fill(columns)
  const last = new Int32Array(rows).fill(-1)
  for (const [i, j] of path) {
    const [top, bottom] = [Math.max(0, 2 * (i - RADIUS)), Math.min(rows - 1, 2 * (i + RADIUS) + 1)]
    for (let row = top; row <= bottom; row++) {
      first[row] = Math.min(first[row]!, Math.max(0, 2 * (j - RADIUS)))
      last[row] = Math.max(last[row]!, Math.min(columns - 1, 2 * (j + RADIUS) + 1))
    }
  }
  return { first, last }
}
