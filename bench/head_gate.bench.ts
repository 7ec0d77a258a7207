import { headGate, headGateGrad } from '../src/kernels/head_gate.js'
import { workload } from './workload.js'

// A layer of XGLM-1.7B: batch 8, 32 tokens, 16 heads of 128.
const [rows, heads, headWidth] = [8 * 32, 16, 128]
const n = rows * heads * headWidth

export default [
  workload(headGate, 'XGLM-1.7B', { n, heads, headWidth, kind: 0 }, { a: n, b: n, gate: heads, y: n }),
  workload(
    headGateGrad,
    'XGLM-1.7B',
    { rows, heads, headWidth, shares: heads, kind: 0 },
    { dy: n, b: n, gate: heads, db: n, share: rows * heads },
  ),
]
