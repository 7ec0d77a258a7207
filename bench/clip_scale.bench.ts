import { clipScale } from '../src/kernels/clip_scale.js'
import { PARTIALS } from '../src/kernels/sum_squares.js'
import { workload } from './workload.js'

export default [workload(clipScale, 'any model', { partials: PARTIALS, limit: 5 }, { partial: PARTIALS, clip: 2 })]
