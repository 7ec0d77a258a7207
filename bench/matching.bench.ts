import { matching, matchingGrad } from '../src/kernels/matching.js'
import { workload } from './workload.js'

// A contrastive batch of 256.
const rows = 256
const scale = Float32Array.of(2.66, 0, 0, 0)
const note = 'contrastive batch'

export default [
  workload(matching, note, { rows, stride: rows }, { s: rows * rows, scale, result: 4 * rows }),
  workload(
    matchingGrad,
    note,
    { rows, all: rows, stride: rows },
    {
      s: rows * rows,
      scale,
      result: new Float32Array(4 * rows).fill(16),
      coefficient: Float32Array.of(1 / rows),
      own: rows,
      ds: rows * rows,
      dscale: 4 * rows,
    },
  ),
]
