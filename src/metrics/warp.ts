// The recurrence of dynamic time warping: the cheapest monotone path through a table of costs, with steps (1,0), (0,1) and (1,1).

import { bug, SignError } from '../base/errors.js'

const DIAGONAL = 0
const ABOVE = 1
const LEFT = 2

type Move = typeof DIAGONAL | typeof ABOVE | typeof LEFT

/** Which of three ways into a cell is taken, given what each has cost so far and the cell's own cost. Implementations differ in ties, and in when they round. */
export interface Steps {
  /** How often a cell counts that is reached diagonally. */
  readonly diagonal: 1 | 2
  choose(diagonal: number, above: number, left: number, here: number): Move
}

/** Every step counts once; among equally cheap ways the diagonal is taken, then the one from above. */
export const unweighted: Steps = {
  diagonal: 1,
  choose: (diagonal, above, left) => {
    const best = Math.min(diagonal, above, left)
    return best === diagonal ? DIAGONAL : best === above ? ABOVE : LEFT
  },
}

/** Every step counts once; sums are compared with the cell's own cost in them, and ties go to the one from above, then to the left one. */
export const aboveFirst: Steps = {
  diagonal: 1,
  choose: (diagonal, above, left, here) => {
    const best = Math.min(diagonal + here, above + here, left + here)
    return best === above + here ? ABOVE : best === left + here ? LEFT : DIAGONAL
  },
}

/** A diagonal step counts twice, so that the weights of every path add up to rows + columns; ties go to the diagonal. */
export const symmetric: Steps = {
  diagonal: 2,
  choose: (diagonal, above, left, here) => {
    const best = Math.min(diagonal + 2 * here, above + here, left + here)
    return best === diagonal + 2 * here ? DIAGONAL : best === above + here ? ABOVE : LEFT
  },
}

/** The columns of each row that a path may use, first and last. Both rise from row to row, and rows next to each other overlap. */
export interface Band {
  readonly first: Int32Array
  readonly last: Int32Array
}

export interface WarpPath {
  /** Sum of the weighted costs along the cheapest path. */
  readonly cost: number
  /** Pairs (row, column) from (0, 0) to the last of both. */
  readonly path: readonly (readonly [number, number])[]
}

/** Cells of a table that fit in memory: clips of 30,000 frames against one another. */
const MOST_CELLS = 1e9

/**
 * The cheapest path through `rows` × `columns` cells of which (i, j) costs `cost(i, j)`. O(rows × columns) time, a byte of memory for each cell.
 * Throws ERR_DATA for more cells than fit in memory.
 */
export function cheapestPath(
  rows: number,
  columns: number,
  cost: (row: number, column: number) => number,
  steps: Steps = unweighted,
  band?: Band,
): WarpPath {
  if (rows < 1 || columns < 1) throw bug('align', `wanted at least one row on both sides, got ${rows} and ${columns}`)
  checkCells(rows, columns)
  // The cost table needs only its last row; the way back needs one move a cell.
  const moves = new Uint8Array(rows * columns)
  let above = new Float64Array(columns + 1).fill(Infinity)
  let row = new Float64Array(columns + 1)
  above[0] = 0
  for (let i = 0; i < rows; i++) {
    const [first, last] = band ? [band.first[i]!, band.last[i]!] : [0, columns - 1]
    row.fill(Infinity)
    for (let j = first; j <= last; j++) {
      const here = cost(i, j)
      const [diagonal, up, left] = [above[j]!, above[j + 1]!, row[j]!]
      const move = steps.choose(diagonal, up, left, here)
      moves[i * columns + j] = move
      row[j + 1] = move === DIAGONAL ? diagonal + steps.diagonal * here : (move === ABOVE ? up : left) + here
    }
    ;[above, row] = [row, above]
  }
  return { cost: above[columns]!, path: wayBack(moves, rows, columns) }
}

/** Throws ERR_DATA for a table of more cells than fit in memory. */
export function checkCells(rows: number, columns: number): void {
  if (rows * columns <= MOST_CELLS) return
  const problem = `wanted clips of which the frames multiply to at most ${MOST_CELLS}, got ${rows} and ${columns} frames`
  throw new SignError('ERR_DATA', 'DTW', problem, 'Cut the clips into sentences')
}

function wayBack(moves: Uint8Array, rows: number, columns: number): [number, number][] {
  let [i, j] = [rows - 1, columns - 1]
  const path: [number, number][] = [[i, j]]
  while (i > 0 || j > 0) {
    const move = moves[i * columns + j]
    if (move !== LEFT) i--
    if (move !== ABOVE) j--
    path.push([i, j])
  }
  return path.reverse()
}
