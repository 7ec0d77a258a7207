import { lossScale, lossScaleUpdate, SCALING } from '../src/kernels/loss_scale.js'
import { PARTIALS } from '../src/kernels/sum_squares.js'
import { workload } from './workload.js'

const scaling = new Float32Array(SCALING).fill(1)

export default [
  workload(lossScale, 'shares of 8 clips', { n: 8 }, { x: 8, scaling, y: 8 }),
  workload(
    lossScaleUpdate,
    'any model',
    { partials: PARTIALS, limit: 5, interval: 2000 },
    { partial: PARTIALS, hyper: 8, scaling, clip: 2, tuned: 8 },
  ),
]
