// The plain-loop twin of shaders/contrastive_pairs*.wgsl, in float64.

export interface PairShape {
  readonly length: number
  readonly width: number
  readonly positives: number
  readonly slots: number
  /** 0: Euclidean distance and hinge; 1: L1 distance and softplus. */
  readonly form: number
  readonly maxDistance: number
}

/** The two rows of x [batch · length, width] that pair p is of; none where it has no partner. */
function rowsOf(p: number, partner: Uint32Array, { length, slots }: PairShape): [number, number] | undefined {
  const anchor = Math.floor(p / slots)
  return partner[p]! < length ? [anchor, Math.floor(anchor / length) * length + partner[p]!] : undefined
}

const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))
const logistic = (z: number): number => 1 / (1 + Math.exp(-z))

/** Loss of a distance, and its slope. */
function costOf(d: number, near: boolean, { form, maxDistance }: PairShape): [number, number] {
  if (form === 1)
    return near ? [softplus(d - maxDistance), logistic(d - maxDistance)] : [softplus(maxDistance - d), -logistic(maxDistance - d)]
  if (near) return [d, 1]
  return d < maxDistance ? [maxDistance - d, -1] : [0, 0]
}

/** result[p] = (weight[p] · loss, slope), the slope in form 0 divided by the distance, 0 at distance 0 */
export function contrastivePairs(x: Float64Array, partner: Uint32Array, weight: Float64Array, shape: PairShape): Float64Array {
  const { width, positives, slots, form } = shape
  const result = new Float64Array(2 * partner.length)
  for (let p = 0; p < partner.length; p++) {
    const rows = rowsOf(p, partner, shape)
    if (!rows) continue
    const offs = Array.from({ length: width }, (_, c) => x[rows[0] * width + c]! - x[rows[1] * width + c]!)
    const d = form === 1 ? offs.reduce((sum, off) => sum + Math.abs(off), 0) : Math.hypot(...offs)
    const [loss, slope] = costOf(d, p % slots < positives, shape)
    result[2 * p] = weight[p]! * loss
    result[2 * p + 1] = form === 1 ? slope : d > 0 ? slope / d : 0
  }
  return result
}

/** dx of Σ share · loss: each pair pulls at both its frames, the other way at its partner */
export function contrastivePairsGrad(
  x: Float64Array,
  partner: Uint32Array,
  result: Float64Array,
  share: Float64Array,
  shape: PairShape,
): Float64Array {
  const { width, form } = shape
  const dx = new Float64Array(x.length)
  for (let p = 0; p < partner.length; p++) {
    const rows = rowsOf(p, partner, shape)
    if (!rows) continue
    for (let c = 0; c < width; c++) {
      const [own, other] = rows.map((row) => row * width + c) as [number, number]
      const off = x[own]! - x[other]!
      const pull = share[p]! * result[2 * p + 1]! * (form === 1 ? Math.sign(off) : off)
      dx[own]! += pull
      dx[other]! -= pull
    }
  }
  return dx
}
