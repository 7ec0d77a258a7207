import { softsign, softsignGrad } from '../src/kernels/softsign.js'
import { workload } from './workload.js'

// The embedded frames of the sign language transformer: batch 8, 150 frames, width 512.
const n = 8 * 150 * 512

export default [
  workload(softsign, 'judge frames', { n }, { x: n, y: n }),
  workload(softsignGrad, 'judge frames', { n }, { x: n, dy: n, dx: n }),
]
