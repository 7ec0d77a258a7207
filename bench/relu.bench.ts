import { relu, reluGrad } from '../src/kernels/relu.js'
import { workload } from './workload.js'

// The feed-forward block of pt-base: batch 8, 150 frames, hidden 2048.
const n = 8 * 150 * 2048

export default [
  workload(relu, 'pt-base feed-forward', { n }, { x: n, y: n }),
  workload(reluGrad, 'pt-base feed-forward', { n }, { x: n, dy: n, dx: n }),
]
