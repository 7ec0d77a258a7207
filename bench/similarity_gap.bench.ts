import { similarityGap, similarityGapGrad } from '../src/kernels/similarity_gap.js'
import { workload } from './workload.js'

// GASLT's sentences: a batch of 32, features of 512.
const [rows, width] = [32, 512]
const note = 'GASLT'

export default [
  workload(similarityGap, note, { rows, width }, { u: rows * width, goal: rows * rows, gap: rows * rows }),
  workload(similarityGapGrad, note, { rows, width, accumulate: 0 }, { u: rows * width, gap: rows * rows, share: 1, du: rows * width }),
]
