import { unitRows, unitRowsGrad } from '../src/kernels/unit_rows.js'
import { workload } from './workload.js'

// Sign2GPT's stage 1: 8 clips of 128 tokens, each a vector of the word vectors' 300 numbers.
const [rows, width] = [8 * 128, 300]
const note = 'signs as word vectors'

export default [
  workload(unitRows, note, { rows, width }, { x: rows * width, y: rows * width, norm: rows }),
  workload(
    unitRowsGrad,
    note,
    { rows, width, accumulate: 0 },
    { y: rows * width, norm: new Float32Array(rows).fill(10), dy: rows * width, dx: rows * width },
  ),
]
