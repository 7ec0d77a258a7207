import { beamReorder } from '../src/kernels/beam_reorder.js'
import { workload } from './workload.js'

const [rows, beams, capacity, width] = [40, 5, 32, 512]
const n = rows * capacity * width

export default [
  workload(
    beamReorder,
    'pt-base, 5 beams of 8',
    { rows, beams, capacity, width },
    { x: n, parent: new Uint32Array(rows), lengths: new Uint32Array(rows).fill(capacity), y: n },
  ),
]
