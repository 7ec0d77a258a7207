import { topLogProbs } from '../src/kernels/top_log_probs.js'
import { workload } from './workload.js'

const shapes = [
  // A batch of sentences with three beams each over PHOENIX's words; and one sentence with four over XGLM's pieces, 2K candidates each.
  { note: 'words, 3 beams', rows: 32 * 3, classes: 2891, stride: 2892, k: 3 },
  { note: 'word pieces, 4 beams', rows: 4, classes: 256_008, stride: 256_008, k: 8 },
]

export default shapes.map(({ note, ...params }) =>
  workload(topLogProbs, note, params, {
    logits: params.rows * params.stride,
    value: params.rows * params.k,
    id: params.rows * params.k,
  }),
)
