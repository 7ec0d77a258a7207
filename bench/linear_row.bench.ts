import { linearActivation } from '../src/kernels/linear.js'
import { linearRow } from '../src/kernels/linear_row.js'
import { workload } from './workload.js'

// One decoded frame of pt-base, first half of the feed-forward block.
const size = { rows: 1, inner: 512, cols: 2048 }

export default [
  workload(
    linearRow,
    'pt-base, one frame',
    { ...size, hasBias: 1, activation: linearActivation.relu, hasResidual: 0 },
    { x: 512, w: 512 * 2048, b: 2048, residual: 2048, y: 2048 },
  ),
]
