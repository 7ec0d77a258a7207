import { nextToken } from '../src/kernels/next_token.js'
import { workload } from './workload.js'

// Room for more tokens than a submission has runs: a full sample would do nothing.
const [batch, classes, stride, capacity] = [8, 1089, 1092, 300]

export default [
  workload(
    nextToken,
    'glosses, decoding',
    { batch, classes, stride, capacity, end: classes },
    {
      logits: batch * stride,
      lengths: new Uint32Array(batch),
      done: new Uint32Array(batch),
      input: new Uint32Array(batch),
      tokens: new Uint32Array(batch * capacity),
    },
  ),
]
