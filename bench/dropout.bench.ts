import { dropout } from '../src/kernels/dropout.js'
import { workload } from './workload.js'

// After every block of pt-base: batch 8, 150 frames, width 512.
const n = 8 * 150 * 512
const seed = Uint32Array.of(1, 2, 0, 0)

export default [workload(dropout, 'pt-base residual', { n, stream: 3, rate: 0.1 }, { x: n, seed, y: n })]
