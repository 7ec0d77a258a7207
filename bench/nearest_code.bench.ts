import { nearestCode, nearestCodeGrad, nearestCodeWeightGrad } from '../src/kernels/nearest_code.js'
import { workload } from './workload.js'

// VQ-Sign as published: 256 codes of 1024; 16 clips of 50 rows.
const [batch, length, width, count] = [16, 50, 1024, 256]
const rows = batch * length
const n = rows * width
const note = 'VQ-Sign'
const index = Uint32Array.from({ length: rows }, (_, r) => (37 * r) % count)
const lengths = new Uint32Array(batch).fill(length)

export default [
  workload(nearestCode, note, { batch, length, width, count }, { z: n, codes: count * width, lengths, y: n, index: rows, distance: rows }),
  workload(
    nearestCodeGrad,
    note,
    { rows, width, count, through: 1, commitment: 0.25, accumulate: 1 },
    { z: n, y: n, dy: n, index, share: 1, dz: n },
  ),
  workload(nearestCodeWeightGrad, note, { rows, width, count }, { z: n, codes: count * width, index, share: 1, dcodes: count * width }),
]
