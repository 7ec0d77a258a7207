import { columnSum } from '../src/kernels/column_sum.js'
import { workload } from './workload.js'

// Biases of pt-base's decoder: batch 8, 150 frames; width 512, feed-forward 2048.
const rows = 8 * 150

export default [512, 2048].map((cols) => workload(columnSum, `pt-base bias of ${cols}`, { rows, cols }, { x: rows * cols, sum: cols }))
