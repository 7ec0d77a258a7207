// The plain-loop twin of shaders/matching*.wgsl, in float64.

const SHARPNESS = 10

export interface Matching {
  readonly rows: number
  readonly stride: number
  /** Logarithm of what cosines are multiplied by. */
  readonly scale: number
}

const goalAt = (i: number, j: number, rows: number): number => Math.exp(i === j ? SHARPNESS : 0) / (Math.exp(SHARPNESS) + rows - 1)

/** The rows × rows numbers m = e^scale · s, row by row. */
function scaled(s: Float64Array, { rows, stride, scale }: Matching): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (__, j) => Math.exp(scale) * s[i * stride + j]!))
}

const logSumExp = (row: readonly number[]): number => {
  const highest = Math.max(...row)
  return highest + Math.log(row.reduce((sum, v) => sum + Math.exp(v - highest), 0))
}

const columnsOf = (m: readonly number[][]): number[][] => m.map((_, j) => m.map((row) => row[j]!))

/** (loss, logSumExp) of every row, then of every column */
export function matching(s: Float64Array, shape: Matching): Float64Array {
  const m = scaled(s, shape)
  const side = (lines: readonly number[][]) =>
    lines.flatMap((line, i) => {
      const top = logSumExp(line)
      const loss = line.reduce((sum, v, j) => {
        const goal = goalAt(i, j, shape.rows)
        return sum + goal * (Math.log(goal) - (v - top))
      }, 0)
      return [loss, top]
    })
  return Float64Array.from([...side(m), ...side(columnsOf(m))])
}

/** Gradients of coefficient · ½ Σ of all losses, at s and at the scale, the latter from each row */
export function matchingGrad(s: Float64Array, coefficient: number, shape: Matching): { ds: Float64Array; dscale: Float64Array } {
  const { rows, stride, scale } = shape
  const m = scaled(s, shape)
  const [across, down] = [m.map(logSumExp), columnsOf(m).map(logSumExp)]
  const [ds, dscale] = [new Float64Array(s.length), new Float64Array(rows)]
  m.forEach((row, i) => {
    row.forEach((v, j) => {
      const dm = (coefficient / 2) * (Math.exp(v - across[i]!) + Math.exp(v - down[j]!) - 2 * goalAt(i, j, rows))
      ds[i * stride + j] = Math.exp(scale) * dm
      dscale[i]! += dm * v
    })
  })
  return { ds, dscale }
}
