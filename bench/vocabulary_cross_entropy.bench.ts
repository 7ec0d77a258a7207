import { vocabularyCrossEntropy, vocabularyCrossEntropyGrad } from '../src/kernels/vocabulary_cross_entropy.js'
import { workload } from './workload.js'

// The second shard of 16,384 of XGLM's 256,008 words: 8 sentences of 32 tokens.
const [rows, classes] = [8 * 32, 16_384]
const goal = Uint32Array.from({ length: rows }, (_, r) => (r * 1009) % 256_008)
const size = { rows, classes, stride: classes, first: classes, total: 256_008, ignored: 1, smoothing: 0.1 }

export default [
  workload(
    vocabularyCrossEntropy,
    'a shard of 16,384',
    { ...size, accumulate: 1 },
    { logits: rows * classes, goal, sums: 4 * rows, result: 2 * rows },
  ),
  workload(vocabularyCrossEntropyGrad, 'a shard of 16,384', size, { logits: rows * classes, goal, result: 2 * rows, coefficient: rows }),
]
