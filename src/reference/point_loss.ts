// The plain-loop twin of shaders/point_loss*.wgsl, in float64.

export interface PointLossShape {
  readonly batch: number
  readonly length: number
  readonly stride: number
  /** 0 squared error, 1 absolute error. */
  readonly absolute: number
}

export interface PointLossArrays {
  readonly pred: Float64Array
  readonly goal: Float64Array
  readonly weight: Float64Array
  readonly kinds: Uint32Array
  readonly shares: Float64Array
}

/** rowSums and terms of every frame, as the shader has them. */
export function pointLoss(
  { pred, goal, weight, kinds, shares }: PointLossArrays,
  { batch, length, stride, absolute }: PointLossShape,
): { rowSums: Float64Array; terms: Float64Array } {
  const rowSums = new Float64Array(batch * length * 2)
  const terms = new Float64Array(batch * length * 2)
  for (let b = 0; b < batch; b++)
    for (let t = 0; t < length; t++) {
      const row = b * length + t
      const sum = { place: 0, seen: 0, score: 0, move: 0 }
      for (let c = 0; c < stride; c++) {
        const i = row * stride + c
        const w = weight[i]!
        if (!(w > 0)) continue
        const d = pred[i]! - goal[i]!
        const cell = absolute === 1 ? Math.abs(d) : d * d
        if (kinds[c] === 1) {
          sum.score += w * (Math.max(pred[i]!, 0) - pred[i]! * goal[i]! + Math.log1p(Math.exp(-Math.abs(pred[i]!))))
          continue
        }
        sum.place += w * cell
        if (kinds[c] === 2) continue
        sum.seen += cell
        const before = i - stride
        if (t > 0 && weight[before]! > 0) sum.move += w * weight[before]! * (d - (pred[before]! - goal[before]!)) ** 2
      }
      terms[2 * row] = shares[2 * b]! * sum.score
      terms[2 * row + 1] = shares[2 * b + 1]! * sum.move
      rowSums[2 * row] = sum.place + terms[2 * row]! + terms[2 * row + 1]!
      rowSums[2 * row + 1] = sum.seen
    }
  return { rowSums, terms }
}

/** The gradient at pred of Σ_b sample·coefficient·Σ_t rowSums[b,t,0]. */
export function pointLossGrad(
  { pred, goal, weight, kinds, shares }: PointLossArrays,
  { sample, coefficient }: { readonly sample: Float64Array; readonly coefficient: Float64Array },
  { batch, length, stride, absolute }: PointLossShape,
): Float64Array {
  const dpred = new Float64Array(batch * length * stride)
  const error = (i: number) => pred[i]! - goal[i]!
  for (let b = 0; b < batch; b++) {
    const factor = sample[b]! * coefficient[b]!
    if (factor === 0) continue
    for (let t = 0; t < length; t++)
      for (let c = 0; c < stride; c++) {
        const i = (b * length + t) * stride + c
        const w = weight[i]!
        if (!(w > 0)) continue
        if (kinds[c] === 1) {
          dpred[i] = factor * shares[2 * b]! * w * (1 / (1 + Math.exp(-pred[i]!)) - goal[i]!)
          continue
        }
        let way = w * (absolute === 1 ? Math.sign(error(i)) : 2 * error(i))
        const pull = (after: number, before: number) =>
          weight[after]! > 0 && weight[before]! > 0 ? weight[after]! * weight[before]! * (error(after) - error(before)) : 0
        if (kinds[c] === 0) {
          const moved = (t > 0 ? pull(i, i - stride) : 0) - (t + 1 < length ? pull(i + stride, i) : 0)
          way += 2 * shares[2 * b + 1]! * moved
        }
        dpred[i] = factor * way
      }
  }
  return dpred
}
