import { linearActivation } from '../src/kernels/linear.js'
import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { workload } from './workload.js'

// Shapes of linear.bench.ts, for comparison: pt-base at batch 8 and 152 frames.
const wide = { rows: 8 * 152, inner: 512, cols: 2048 }
const square = { rows: 8 * 152, inner: 512, cols: 512 }

const seed = new Uint32Array(4)
const plain = { hasBias: 1, activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }

/** Halves of ordinary size, two to a word: 1, -0.5 and 0.25, 2. */
const halves = (n: number) => Uint32Array.from({ length: n / 2 }, (_, i) => (i % 2 === 0 ? 0xb8003c00 : 0x40003400))

export default [wide, square].flatMap((size) => {
  const { rows, inner, cols } = size
  const note = `pt-base ${inner} to ${cols}`
  const w = halves(cols * inner)
  return [
    workload(linearHalf, note, { ...size, ...plain }, { x: rows * inner, w, b: cols, residual: 4, seed, y: rows * cols }),
    workload(linearHalfGrad, note, { ...size, accumulate: 0, gated: 0, rate: 0 }, { dy: rows * cols, w, x: 4, dx: rows * inner }),
    workload(linearHalfWeightGrad, note, { ...size, hasBias: 1 }, { x: rows * inner, dy: rows * cols, dw: cols * inner, db: cols }),
  ]
})
