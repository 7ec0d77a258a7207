import { vocabularyTop } from '../src/kernels/vocabulary_top.js'
import { workload } from './workload.js'

// The second shard of 16,384 of XGLM's 256,008 words: 8 sentences of 4 beams.
const [rows, classes, k] = [8 * 4, 16_384, 8]
const found = Uint32Array.from({ length: rows * k }, (_, i) => (i * 1009) % classes)

export default [
  workload(
    vocabularyTop,
    'a shard of 16,384',
    { rows, classes, stride: classes, first: classes, k, some: k, held: k },
    { logits: rows * classes, found, sums: 2 * rows, top: rows * k, token: rows * k, value: rows * k },
  ),
]
