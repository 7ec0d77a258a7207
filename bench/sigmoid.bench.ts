import { sigmoid, sigmoidGrad } from '../src/kernels/sigmoid.js'
import { workload } from './workload.js'

// The lengths of the SignDW Transformer's batch: 120 sentences, one number of each, padded to 4.
const n = 120 * 4

export default [
  workload(sigmoid, 'signdw lengths', { n }, { x: n, y: n }),
  workload(sigmoidGrad, 'signdw lengths', { n }, { x: n, dy: n, dx: n }),
]
