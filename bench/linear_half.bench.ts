import { linearHalf, linearHalfGrad, linearHalfWeightGrad } from '../src/kernels/linear_half.js'
import { workload } from './workload.js'

// The shapes of linear.bench.ts, for comparison: pt-base at batch 8 and 152 frames. And the square by which GPUs are judged.
const wide = { rows: 8 * 152, inner: 512, cols: 2048 }
const square = { rows: 8 * 152, inner: 512, cols: 512 }

/** Halves of ordinary size, two to a word: 1, -0.5 and 0.25, 2. */
const halves = (n: number) => Uint32Array.from({ length: n / 2 }, (_, i) => (i % 2 === 0 ? 0xb8003c00 : 0x40003400))

export default [wide, square].flatMap((size) => {
  const { rows, inner, cols } = size
  const note = `pt-base ${inner} to ${cols}`
  const w = halves(cols * inner)
  return [
    workload(linearHalf, note, { ...size, hasBias: 1 }, { x: rows * inner, w, b: cols, y: rows * cols }),
    workload(linearHalfGrad, note, { ...size, accumulate: 0 }, { dy: rows * cols, w, dx: rows * inner }),
    workload(linearHalfWeightGrad, note, { ...size, hasBias: 1 }, { x: rows * inner, dy: rows * cols, dw: cols * inner, db: cols }),
  ]
})
