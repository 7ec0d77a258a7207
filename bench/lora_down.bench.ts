import { loraDown, loraDownGrad, loraDownWeightGrad } from '../src/kernels/lora_down.js'
import { workload } from './workload.js'

// Queries, keys and values of a layer of XGLM-1.7B: batch 8, 32 tokens, width 2048, rank 4, dropout 0.1.
const size = { rows: 8 * 32, width: 2048, rank: 4, parts: 3 }
const drops = { stream: 1, rate: 0.1 }
const seed = Uint32Array.of(1, 2, 0, 0)
const [wide, narrow, factor] = [size.rows * size.width, size.rows * 12, 12 * size.width]

export default [
  workload(loraDown, 'XGLM-1.7B q k v', { ...size, ...drops, scale: 1 }, { x: wide, a: factor, seed, h: narrow }),
  workload(loraDownGrad, 'XGLM-1.7B q k v', { ...size, ...drops, accumulate: 0 }, { dh: narrow, a: factor, seed, dx: wide }),
  workload(loraDownWeightGrad, 'XGLM-1.7B q k v', { ...size, ...drops }, { dh: narrow, x: wide, seed, da: factor }),
]
