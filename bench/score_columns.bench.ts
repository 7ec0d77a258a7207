import { scoreColumns } from '../src/kernels/score_columns.js'
import { workload } from './workload.js'

// A batch of the SignDW Transformer: 120 clips of 96 frames of 384 numbers.
const [rows, stride] = [120 * 96, 384]

export default [
  workload(scoreColumns, 'signdw batch', { rows, stride }, { x: rows * stride, marked: new Uint32Array(stride), y: rows * stride }),
]
