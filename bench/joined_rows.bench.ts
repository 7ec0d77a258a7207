import { joinedRows, joinedRowsPart, joinedRowsPartGrad } from '../src/kernels/joined_rows.js'
import { workload } from './workload.js'

// 16 clips of 128 tokens before sentences of 32, width 1024.
const [batch, firstRows, secondRows, width] = [16, 128, 32, 1024]
const [firstLengths, secondLengths] = [new Uint32Array(batch).fill(100), new Uint32Array(batch).fill(30)]
const [signs, words] = [batch * firstRows * width, batch * secondRows * width]
const part = { batch, length: firstRows + secondRows, rows: secondRows, width, behind: 1, accumulate: 0 }
const note = 'signing before sentences'

export default [
  workload(
    joinedRows,
    note,
    { batch, firstRows, secondRows, width },
    { first: signs, firstLengths, second: words, secondLengths, y: signs + words, lengths: batch },
  ),
  workload(joinedRowsPart, note, part, { x: signs + words, starts: firstLengths, lengths: secondLengths, y: words }),
  workload(joinedRowsPartGrad, note, part, { dy: words, starts: firstLengths, lengths: secondLengths, dx: signs + words }),
]
