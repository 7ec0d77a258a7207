import { headColumns } from '../src/kernels/head_columns.js'
import { workload } from './workload.js'

// Queries, keys and values of 120 clips of 96 frames, width 500 in 10 heads of 50 each, which attention reads as 52.
const shape = { rows: 120 * 96, heads: 30, columnsFrom: 50, columnsTo: 52 }
const [narrow, wide] = [120 * 96 * 30 * 50, 120 * 96 * 30 * 52]

export default [
  workload(headColumns, 'heads of 50 apart', { ...shape, accumulate: 0 }, { x: narrow, y: wide }),
  workload(headColumns, 'and back', { ...shape, columnsFrom: 52, columnsTo: 50, accumulate: 1 }, { x: wide, y: narrow }),
]
