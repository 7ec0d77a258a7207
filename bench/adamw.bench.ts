import { adamw } from '../src/kernels/adamw.js'
import { workload } from './workload.js'

// All weights of pt-base, 15.4 M, in one arena; step 1000.
const n = 15_427_584
const clip = Float32Array.of(1, 1)
const hyper = Float32Array.of(1e-3, 0.9, 0.999, 1e-8, 1, 0.632, 0, 0)
// Noise would make roots of negative numbers.
const second = new Float32Array(n).fill(1e-4)

export default [
  workload(
    adamw,
    'pt-base weights',
    { n, decayed: n, weightDecay: 0, decoupled: 0 },
    { gradient: n, clip, hyper, weight: n, first: n, second },
  ),
]
