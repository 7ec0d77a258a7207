import { layerNorm, layerNormGrad, layerNormWeightGrad } from '../src/kernels/layer_norm.js'
import { workload } from './workload.js'

// Every block of pt-base, decoder side: batch 8, 150 frames, width 512.
const rows = 8 * 150
const width = 512
const n = rows * width
const shape = { rows, width }

export default [
  workload(layerNorm, 'pt-base decoder', { ...shape, epsilon: 1e-5 }, { x: n, gamma: width, beta: width, y: n, stats: 2 * rows }),
  workload(layerNormGrad, 'pt-base decoder', { ...shape, accumulate: 0 }, { x: n, gamma: width, stats: 2 * rows, dy: n, dx: n }),
  workload(layerNormWeightGrad, 'pt-base decoder', shape, { x: n, stats: 2 * rows, dy: n, dGamma: width, dBeta: width }),
]
