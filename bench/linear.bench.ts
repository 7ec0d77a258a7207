import { linear, linearActivation, linearGrad, linearWeightGrad } from '../src/kernels/linear.js'
import { workload } from './workload.js'

// pt-base at batch 8 and 152 frames: the halves of the feed-forward block, whose ReLU and dropouts they carry, and a projection of attention.
const seed = Uint32Array.of(1, 2, 0, 0)
const drops = { stream: 1, rate: 0.1 }
const plain = { activation: linearActivation.none, hasResidual: 0, stream: 0, rate: 0 }
const wide = [
  { rows: 8 * 152, inner: 512, cols: 2048 },
  { ...plain, activation: linearActivation.relu, ...drops },
  { gated: 0, rate: 0 },
] as const
const narrow = [
  { rows: 8 * 152, inner: 2048, cols: 512 },
  { ...plain, hasResidual: 1, ...drops },
  { gated: 1, rate: 0.1 },
] as const
const square = [{ rows: 8 * 152, inner: 512, cols: 512 }, plain, { gated: 0, rate: 0 }] as const

export default [wide, narrow, square].flatMap(([size, finish, gate]) => {
  const { rows, inner, cols } = size
  const note = `pt-base ${inner} to ${cols}`
  return [
    workload(
      linear,
      note,
      { ...size, hasBias: 1, ...finish },
      { x: rows * inner, w: cols * inner, b: cols, residual: rows * cols, seed, y: rows * cols },
    ),
    workload(
      linearGrad,
      note,
      { ...size, accumulate: 0, ...gate },
      { dy: rows * cols, w: cols * inner, x: rows * inner, dx: rows * inner },
    ),
    workload(linearWeightGrad, note, { ...size, hasBias: 1 }, { x: rows * inner, dy: rows * cols, dw: cols * inner, db: cols }),
  ]
})
