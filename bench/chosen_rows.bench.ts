import { chosenRows, chosenRowsGrad } from '../src/kernels/chosen_rows.js'
import { workload } from './workload.js'

// Four clips of a contrastive batch of 64, 64 tokens, width 1024.
const [batch, length, rows, width] = [4, 64, 64, 1024]
const [at, place] = [new Uint32Array(batch), Uint32Array.of(8)]
const note = 'GFSLT pre-training'

export default [
  workload(
    chosenRows,
    note,
    { batch, length, rows, width },
    { x: batch * length * width, at, place, table: rows * width, y: rows * width },
  ),
  workload(chosenRowsGrad, note, { batch, length, width, accumulate: 0 }, { dy: rows * width, at, place, dx: batch * length * width }),
]
