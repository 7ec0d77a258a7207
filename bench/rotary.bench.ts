import { rotary } from '../src/kernels/rotary.js'
import { workload } from './workload.js'

// The sign encoder's first stage: batch 8, 256 frames, 8 heads of 64, queries, keys and values side by side.
const [batch, length, heads, headWidth] = [8, 256, 8, 64]
const stride = 3 * heads * headWidth
const rows = batch * length

export default [
  workload(
    rotary,
    'sign encoder',
    { rows, length, stride, headWidth, turnedHeads: 2 * heads, back: 0 },
    { x: rows * stride, table: length * headWidth, y: rows * stride },
  ),
]
