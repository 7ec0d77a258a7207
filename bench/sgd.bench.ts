import { sgd } from '../src/kernels/sgd.js'
import { workload } from './workload.js'

// An eighth of GFSLT's weights.
const n = 115_412_544 / 8
const clip = Float32Array.of(1, 1)
const hyper = Float32Array.of(0.01, 0.9, 0, 0, 0, 0, 0, 0)

export default [
  workload(sgd, 'GFSLT weights', { n, decayed: n, weightDecay: 1e-3, nesterov: 1 }, { gradient: n, clip, hyper, weight: n, first: n }),
]
