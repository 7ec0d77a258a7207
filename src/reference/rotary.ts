// The plain-loop twin of shaders/rotary.wgsl, in float64.

export interface TurnShape {
  /** Rows of a clip: the place of row r is r mod length. */
  readonly length: number
  readonly stride: number
  readonly headWidth: number
  readonly turnedHeads: number
}

/** Pairs (c, c + headWidth/2) of the first `turnedHeads` heads of each row turned by the table's angles; `back` 1 turns them the other way. */
export function rotary(x: Float64Array, table: Float64Array, shape: TurnShape, back = 0): Float64Array {
  const { length, stride, headWidth, turnedHeads } = shape
  const half = headWidth / 2
  const y = x.slice()
  for (let row = 0; row * stride < x.length; row++) {
    for (let head = 0; head < turnedHeads; head++) {
      for (let c = 0; c < half; c++) {
        const at = row * stride + head * headWidth + c
        const angle = (row % length) * headWidth + c
        const [cosine, sine] = [table[angle]!, back ? -table[angle + half]! : table[angle + half]!]
        y[at] = x[at]! * cosine - x[at + half]! * sine
        y[at + half] = x[at + half]! * cosine + x[at]! * sine
      }
    }
  }
  return y
}
