import { meanPool, meanPoolGrad } from '../src/kernels/mean_pool.js'
import { workload } from './workload.js'

// pt-base's encoded text: batch 8, 12 tokens, width 512; sentences of 5 to 12 tokens.
const batch = 8
const length = 12
const width = 512
const shape = { batch, length, width }
const lengths = Uint32Array.from({ length: batch }, (_, b) => 5 + b)
const real = lengths.reduce((sum, count) => sum + count)

export default [
  workload(
    meanPool,
    'pt-base source',
    shape,
    { x: batch * length * width, lengths, y: batch * width },
    meanPool.cost({ batch, length: real / batch, width }),
  ),
  workload(meanPoolGrad, 'pt-base source', { ...shape, accumulate: 0 }, { dy: batch * width, lengths, dx: batch * length * width }),
]
