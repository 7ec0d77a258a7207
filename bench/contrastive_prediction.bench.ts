import { contrastivePrediction, contrastivePredictionGrad, contrastivePredictionGradRows } from '../src/kernels/contrastive_prediction.js'
import { workload } from './workload.js'

// VQ-Sign as published: three rows ahead, of 1024 numbers; 16 clips of 50 rows, each prediction with ten rows of other clips.
const [rows, width, steps, slots] = [16 * 50, 1024, 3, 11]
const predictions = rows * steps
const pairs = predictions * slots
const partner = Uint32Array.from({ length: pairs }, (_, p) => (37 * p) % rows)
// 37 and the rows have no common divisor: every row is the partner of equally many pairs.
const start = Uint32Array.from({ length: rows + 1 }, (_, r) => (r * pairs) / rows)
const reverse = Uint32Array.from({ length: pairs }, (_, k) => (101 * k) % pairs)
const note = 'VQ-Sign'
const params = { predictions, rows, width, slots }
const [h, z] = [predictions * width, rows * width]

export default [
  workload(contrastivePrediction, note, params, { h, z, partner, weight: pairs, result: 2 * pairs }),
  workload(contrastivePredictionGrad, note, params, { z, partner, result: 2 * pairs, share: pairs, dh: h }),
  workload(
    contrastivePredictionGradRows,
    note,
    { rows, width, slots, accumulate: 0 },
    { h, result: 2 * pairs, share: pairs, start, reverse, dz: z },
  ),
]
