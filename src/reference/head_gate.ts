// The plain-loop twin of shaders/head_gate*.wgsl, in float64.

export interface HeadGateShape {
  readonly heads: number
  readonly headWidth: number
  readonly kind: 'clamp' | 'tanh'
}

const openTo = (raw: number, kind: HeadGateShape['kind']): number => (kind === 'tanh' ? Math.tanh(raw) : Math.min(1, Math.max(0, raw)))

/** y[r,h,c] = a[r,h,c] + open(gate[h])·b[r,h,c] */
export function headGate(a: Float64Array, b: Float64Array, gate: Float64Array, { heads, headWidth, kind }: HeadGateShape): Float64Array {
  return a.map((v, i) => v + openTo(gate[Math.floor(i / headWidth) % heads]!, kind) * b[i]!)
}

/** db and, by row and gate, what the gates' gradients are the sum of: share [rows, heads]; a clamp passes all gradients. */
export function headGateGrad(
  dy: Float64Array,
  b: Float64Array,
  gate: Float64Array,
  { heads, headWidth, kind }: HeadGateShape,
): { db: Float64Array; share: Float64Array } {
  const share = new Float64Array(dy.length / headWidth)
  const db = dy.map((v, i) => {
    const place = Math.floor(i / headWidth)
    const open = openTo(gate[place % heads]!, kind)
    share[place]! += (kind === 'tanh' ? 1 - open ** 2 : 1) * v * b[i]!
    return open * v
  })
  return { db, share }
}
