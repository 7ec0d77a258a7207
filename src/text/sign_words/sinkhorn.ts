// Entropic optimal transport by Sinkhorn's iterations, in the log domain: no product of kernels under- or overflows, whatever the costs.

export interface Transport {
  /** ε': how much a plan's entropy counts against its cost. */
  readonly epsilon: number
  /** Most iterations; default 1000. */
  readonly iterations?: number
  /** Ends once no row's mass is further off than this; default 1e-9. */
  readonly tolerance?: number
}

export interface Plan {
  /** [rows, columns]: the mass that goes from each row to each column. */
  readonly mass: Float64Array
  /** Potentials; f is shifted to mean 0, and g by the opposite. */
  readonly f: Float64Array
  readonly g: Float64Array
  /** Σ mass · cost. */
  readonly cost: number
  /** After each iteration: Σ over rows of how far their mass is off. Columns are exact. */
  readonly rowErrors: readonly number[]
}

/** A cost that forbids: no mass goes there. */
export const FORBIDDEN = 1e9

/**
 * The plan of least Σ P·C − ε'·H(P) whose rows sum to `a` and whose columns sum to `b`, both summing to the same. cost [a.length, b.length]. Rows and
 * columns without mass get none.
 */
export function sinkhorn(cost: Float64Array, a: Float64Array, b: Float64Array, options: Transport): Plan {
  const { epsilon, iterations = 1000, tolerance = 1e-9 } = options
  const [rows, columns] = [a.length, b.length]
  const [f, g] = [new Float64Array(rows), new Float64Array(columns)]
  const rowErrors: number[] = []
  const massAt = (i: number, j: number) => (a[i] === 0 || b[j] === 0 ? 0 : Math.exp((f[i]! + g[j]! - cost[i * columns + j]!) / epsilon))
  while (rowErrors.length < iterations) {
    for (let i = 0; i < rows; i++) {
      const level = logSumExp(columns, (j) => (b[j] === 0 ? -Infinity : (g[j]! - cost[i * columns + j]!) / epsilon))
      f[i] = a[i] === 0 ? 0 : epsilon * (Math.log(a[i]!) - level)
    }
    for (let j = 0; j < columns; j++) {
      const level = logSumExp(rows, (i) => (a[i] === 0 ? -Infinity : (f[i]! - cost[i * columns + j]!) / epsilon))
      g[j] = b[j] === 0 ? 0 : epsilon * (Math.log(b[j]!) - level)
    }
    let off = 0
    for (let i = 0; i < rows; i++) {
      let sum = 0
      for (let j = 0; j < columns; j++) sum += massAt(i, j)
      off += Math.abs(sum - a[i]!)
    }
    rowErrors.push(off)
    if (off <= tolerance) break
  }

  const mass = Float64Array.from({ length: rows * columns }, (_, at) => massAt(Math.floor(at / columns), at % columns))
  const shift = f.reduce((sum, value) => sum + value, 0) / rows
  return {
    mass,
    f: f.map((value) => value - shift),
    g: g.map((value) => value + shift),
    cost: mass.reduce((sum, value, at) => sum + (value > 0 ? value * cost[at]! : 0), 0),
    rowErrors,
  }
}

function logSumExp(count: number, at: (i: number) => number): number {
  let top = -Infinity
  for (let i = 0; i < count; i++) top = Math.max(top, at(i))
  if (top === -Infinity) return top
  let sum = 0
  for (let i = 0; i < count; i++) sum += Math.exp(at(i) - top)
  return top + Math.log(sum)
}
