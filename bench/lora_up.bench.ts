import { loraUp, loraUpGrad, loraUpWeightGrad } from '../src/kernels/lora_up.js'
import { workload } from './workload.js'

// Queries, keys and values of a layer of XGLM-1.7B: batch 8, 32 tokens, width 2048, rank 4.
const size = { rows: 8 * 32, width: 2048, rank: 4, parts: 3 }
const finish = { hasResidual: 0, stream: 0, rate: 0 }
const seed = Uint32Array.of(1, 2, 0, 0)
const [wide, narrow, factor] = [size.rows * 3 * size.width, size.rows * 12, 12 * size.width]

export default [
  workload(loraUp, 'XGLM-1.7B q k v', { ...size, ...finish }, { h: narrow, b: factor, base: wide, residual: 4, seed, y: wide }),
  workload(loraUpGrad, 'XGLM-1.7B q k v', { ...size, scale: 1 }, { dy: wide, b: factor, dh: narrow }),
  workload(loraUpWeightGrad, 'XGLM-1.7B q k v', size, { dy: wide, h: narrow, db: factor }),
]
