import { PARTIALS, sumSquares } from '../src/kernels/sum_squares.js'
import { workload } from './workload.js'

// All gradients of pt-base, 15.4 M, in one arena.
const n = 15_427_584

export default [workload(sumSquares, 'pt-base gradients', { n }, { x: n, partial: PARTIALS })]
