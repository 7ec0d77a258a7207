import { binaryCrossEntropy, binaryCrossEntropyGrad } from '../src/kernels/binary_cross_entropy.js'
import { workload } from './workload.js'

// Sign2GPT's stage 1: 8 sentences over PHOENIX's pseudo-glosses, six of which each has.
const [rows, classes, stride] = [8, 2306, 2308]
const params = { rows, classes, stride }
const p = Float32Array.from({ length: rows * stride }, (_, i) => ((i * 37) % 1000) / 1000)
const goal = Float32Array.from({ length: rows * stride }, (_, i) => (i % 400 === 0 ? 1 : 0))
const note = 'pseudo-glosses of a batch'

export default [
  workload(binaryCrossEntropy, note, params, { p, goal, loss: rows }),
  workload(binaryCrossEntropyGrad, note, params, { p, goal, coefficient: rows, dp: rows * stride }),
]
