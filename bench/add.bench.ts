import { add } from '../src/kernels/add.js'
import { workload } from './workload.js'

// The residual additions of pt-base: batch 8, 150 frames, width 512.
const n = 8 * 150 * 512

export default [workload(add, 'pt-base residual', { n }, { a: n, b: n, y: n })]
