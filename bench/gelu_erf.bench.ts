import { geluErf, geluErfGrad } from '../src/kernels/gelu_erf.js'
import { workload } from './workload.js'

// The sign encoder's feed-forward block of hidden 2048: batch 8, 256 frames.
const n = 8 * 256 * 2048

export default [
  workload(geluErf, 'sign encoder, hidden 2048', { n }, { x: n, y: n }),
  workload(geluErfGrad, 'sign encoder, hidden 2048', { n }, { x: n, dy: n, dx: n }),
]
