import { linear, linearGrad, linearWeightGrad } from '../src/kernels/linear.js'
import { workload } from './workload.js'

// pt-base at batch 8 and 152 frames: the first half of the feed-forward block, and a projection of attention.
const wide = { rows: 8 * 152, inner: 512, cols: 2048 }
const square = { rows: 8 * 152, inner: 512, cols: 512 }

export default [wide, square].flatMap((size) => {
  const { rows, inner, cols } = size
  const note = `pt-base ${inner} to ${cols}`
  return [
    workload(linear, note, { ...size, hasBias: 1 }, { x: rows * inner, w: cols * inner, b: cols, y: rows * cols }),
    workload(linearGrad, note, { ...size, accumulate: 0 }, { dy: rows * cols, w: cols * inner, dx: rows * inner }),
    workload(linearWeightGrad, note, { ...size, hasBias: 1 }, { x: rows * inner, dy: rows * cols, dw: cols * inner, db: cols }),
  ]
})
