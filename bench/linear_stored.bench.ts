import { linearStored, linearStoredGrad } from '../src/kernels/linear_stored.js'
import { workload } from './workload.js'

// A feed-forward block's first layer of XGLM-564M: 8 sentences of 32 tokens.
const [rows, inner, cols] = [8 * 32, 1024, 4096]
const size = { rows, inner, cols }
const w = (cols * inner) / 2

export default [
  workload(
    linearStored,
    'feed-forward 4096',
    { ...size, hasBias: 1, activation: 0, hasResidual: 0, stream: 0, rate: 0 },
    { x: rows * inner, w, b: cols, residual: 4, seed: 4, y: rows * cols },
  ),
  workload(
    linearStoredGrad,
    'feed-forward 4096',
    { ...size, accumulate: 0, gated: 0, rate: 0 },
    { dy: rows * cols, w, x: 4, dx: rows * inner },
  ),
]
