import { gelu, geluGrad } from '../src/kernels/gelu.js'
import { workload } from './workload.js'

// A feed-forward block of hidden 2048: batch 8, 150 frames.
const n = 8 * 150 * 2048

export default [
  workload(gelu, 'feed-forward 2048', { n }, { x: n, y: n }),
  workload(geluGrad, 'feed-forward 2048', { n }, { x: n, dy: n, dx: n }),
]
