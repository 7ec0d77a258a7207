// DTW in a unit that can be read: shoulder widths a joint and frame, whatever the lengths of the clips and the number of joints.

import { COORDS, JOINTS } from '../motion/skeleton.js'
import { type Frames, series, straightDistance } from './dtw.js'
import { SHOULDER_WIDTHS } from './motion.js'
import { cheapestPath, symmetric, type WarpPath } from './warp.js'

export interface NormalisedDtw {
  /** Mean distance of a joint in the frames that go together, in shoulder widths; best 0. */
  readonly distance: number
  /** The same of each of the 50 joints; their mean is the distance. */
  readonly byJoint: Float64Array
  /** Pairs (reference frame, hypothesis frame). */
  readonly path: WarpPath['path']
}

/**
 * The cheapest alignment with the mean Euclidean distance of the 50 joints as the cost of two frames, diagonal steps counting twice, over the frames of both clips:
 * that is what the weights of every path add up to, so the path is also the one of the smallest mean, and both motions may change places. In shoulder widths,
 * which normalised motions have 1/3 of. Throws ERR_DATA for a motion without frames.
 */
export function normalisedDtw(reference: Frames, hypothesis: Frames): NormalisedDtw {
  const a = Float64Array.from(series('reference', reference).values)
  const b = Float64Array.from(series('hypothesis', hypothesis).values)
  const apart = (i: number, j: number, k: number): number => straightDistance(a, i * COORDS + k * 3, b, j * COORDS + k * 3, 3)
  const cost = (i: number, j: number): number => {
    let sum = 0
    for (let k = 0; k < JOINTS; k++) sum += apart(i, j, k)
    return sum / JOINTS
  }
  const weights = reference.frames + hypothesis.frames
  const { cost: sum, path } = cheapestPath(reference.frames, hypothesis.frames, cost, symmetric)
  const byJoint = new Float64Array(JOINTS)
  for (const [n, [i, j]] of path.entries()) {
    const [y, x] = path[n - 1] ?? [-1, -1]
    const weight = i > y && j > x ? 2 : 1
    for (let k = 0; k < JOINTS; k++) byJoint[k]! += ((weight * apart(i, j, k)) / weights) * SHOULDER_WIDTHS
  }
  return { distance: (sum / weights) * SHOULDER_WIDTHS, byJoint, path }
}
