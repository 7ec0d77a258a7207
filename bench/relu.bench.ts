import { relu, reluGrad } from '../src/kernels/relu.js'
import { workload } from './workload.js'

// The sums of ResNet-18's first layer, eight frames.
const n = 8 * 56 * 56 * 64

export default [
  workload(relu, 'ResNet-18 layer1', { n, hasResidual: 1 }, { x: n, residual: n, y: n }),
  workload(reluGrad, 'ResNet-18 layer1', { n, accumulate: 0 }, { y: n, dy: n, dx: n }),
]
