// How far two clouds of feature vectors are apart, each taken as a Gaussian.

/**
 * |m − n|² + tr(C + D − 2 (C D)^½) for the means m, n and covariances C, D (over the number of vectors) of the two sets. The root's trace is the sum of the
 * singular values of X Yᵀ, X and Y being the centred sets over the roots of their sizes: no matrix is inverted or taken the root of, so fewer vectors than
 * dimensions need no regularisation. Undefined for fewer than two vectors on a side.
 */
export function frechetDistance(a: readonly Float32Array[], b: readonly Float32Array[]): number | undefined {
  if (a.length < 2 || b.length < 2) return undefined
  const [x, y] = [centred(a), centred(b)]
  const products = x.rows.map((row) => y.rows.map((other) => dot(row, other)))
  const traces = [x, y].reduce((sum, { rows }) => sum + rows.reduce((all, row) => all + dot(row, row), 0), 0)
  const apart = x.mean.reduce((sum, value, i) => sum + (value - y.mean[i]!) ** 2, 0)
  return Math.max(0, apart + traces - 2 * sumOfSingularValues(products))
}

function centred(vectors: readonly Float32Array[]): { readonly mean: Float64Array; readonly rows: Float64Array[] } {
  const mean = new Float64Array(vectors[0]!.length)
  for (const vector of vectors) for (let i = 0; i < mean.length; i++) mean[i]! += vector[i]! / vectors.length
  const scale = 1 / Math.sqrt(vectors.length)
  return { mean, rows: vectors.map((vector) => Float64Array.from(vector, (value, i) => (value - mean[i]!) * scale)) }
}

const SWEEPS = 30
const SMALL = 1e-12

/** By Hestenes' one-sided rotations: rows are turned in pairs until all are orthogonal; their lengths are then the singular values. */
function sumOfSingularValues(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((row) => Float64Array.from(row))
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false
    for (let i = 0; i < rows.length; i++)
      for (let j = i + 1; j < rows.length; j++) {
        const [p, q] = [rows[i]!, rows[j]!]
        const [pp, qq, pq] = [dot(p, p), dot(q, q), dot(p, q)]
        if (Math.abs(pq) <= SMALL * Math.sqrt(pp * qq) || pp * qq === 0) continue
        turned = true
        const zeta = (qq - pp) / (2 * pq)
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta))
        const cosine = 1 / Math.hypot(1, tangent)
        const sine = cosine * tangent
        for (let k = 0; k < p.length; k++) [p[k], q[k]] = [cosine * p[k]! - sine * q[k]!, sine * p[k]! + cosine * q[k]!]
      }
  }
  return rows.reduce((sum, row) => sum + Math.sqrt(dot(row, row)), 0)
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
