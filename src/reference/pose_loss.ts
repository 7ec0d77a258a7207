// The plain-loop twin of shaders/pose_loss*.wgsl, in float64. Slow on purpose: nothing here may be clever.

export interface PoseLossShape {
  readonly batch: number
  readonly length: number
  readonly stride: number
  /** Columns of a row that count; the rest are padding. */
  readonly numbers: number
  /** Columns that are coordinates, the counter left out. */
  readonly coords: number
  /** 0 squared error, 1 absolute error. */
  readonly kind: number
}

/** rowSums[b,t] = (Σ over j < numbers, Σ over j < coords) of the cells; (0, 0) where t >= frames[b] */
export function poseLoss(pred: Float64Array, goal: Float64Array, frames: Uint32Array, shape: PoseLossShape): Float64Array {
  const { batch, length, stride, numbers, coords, kind } = shape
  const rowSums = new Float64Array(batch * length * 2)
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < Math.min(frames[b]!, length); t++) {
      const row = b * length + t
      for (let j = 0; j < numbers; j++) {
        const d = pred[row * stride + j]! - goal[row * stride + j]!
        const cell = kind === 1 ? Math.abs(d) : d * d
        rowSums[2 * row]! += cell
        if (j < coords) rowSums[2 * row + 1]! += cell
      }
    }
  }
  return rowSums
}

/** report[b] = (coefficient·weight·Σ_t rowSums[b,t,0], error, 2^(−error/median), weight); error = Σ_t rowSums[b,t,1] / (frames·coords) */
export function poseLossReport(
  rowSums: Float64Array,
  frames: Uint32Array,
  weight: Float64Array,
  coefficient: Float64Array,
  median: number,
  { batch, length, coords }: Pick<PoseLossShape, 'batch' | 'length' | 'coords'>,
): Float64Array {
  const report = new Float64Array(batch * 4)
  for (let b = 0; b < batch; b++) {
    const rows = Math.min(frames[b]!, length)
    let all = 0
    let joints = 0
    for (let t = 0; t < rows; t++) {
      all += rowSums[2 * (b * length + t)]!
      joints += rowSums[2 * (b * length + t) + 1]!
    }
    const factor = coefficient[b]! * weight[b]!
    const error = rows === 0 ? 0 : joints / (rows * coords)
    report[4 * b] = factor === 0 ? 0 : factor * all
    report[4 * b + 1] = error
    report[4 * b + 2] = median > 0 ? 2 ** (-error / median) : 1
    report[4 * b + 3] = weight[b]!
  }
  return report
}

/** dpred = weight·coefficient·2(pred − goal) or ·sign(pred − goal); 0 in padding */
export function poseLossGrad(
  pred: Float64Array,
  goal: Float64Array,
  frames: Uint32Array,
  weight: Float64Array,
  coefficient: Float64Array,
  { batch, length, stride, numbers, kind }: Omit<PoseLossShape, 'coords'>,
): Float64Array {
  const dpred = new Float64Array(batch * length * stride)
  for (let b = 0; b < batch; b++) {
    const factor = weight[b]! * coefficient[b]!
    if (factor === 0) continue
    for (let t = 0; t < Math.min(frames[b]!, length); t++) {
      for (let j = 0; j < numbers; j++) {
        const i = (b * length + t) * stride + j
        const d = pred[i]! - goal[i]!
        dpred[i] = factor * (kind === 1 ? Math.sign(d) : 2 * d)
      }
    }
  }
  return dpred
}
