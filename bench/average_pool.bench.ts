import { averagePool, averagePoolGrad } from '../src/kernels/average_pool.js'
import { workload } from './workload.js'

// Between the sign encoder's stages: batch 8, 256 frames, width 512.
const [batch, length, width] = [8, 256, 512]
const n = batch * length * width
const shape = { length, width, padded: 0 }
const lengths = new Uint32Array(batch).fill(length)
const note = 'sign encoder'

export default [
  workload(averagePool, note, { n: n / 2, ...shape }, { x: n, lengths, y: n / 2 }),
  workload(averagePoolGrad, note, { n, ...shape, accumulate: 0 }, { dy: n / 2, lengths, dx: n }),
]
