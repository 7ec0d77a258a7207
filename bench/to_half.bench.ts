import { toHalf } from '../src/kernels/to_half.js'
import { workload } from './workload.js'

// All matrices of pt-base, 15.4 M numbers.
const n = 15_400_960

export default [workload(toHalf, 'pt-base weights', { n }, { x: n, y: n / 2 })]
