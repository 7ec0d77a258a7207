// Eigenvalues and eigenvectors of symmetric matrices, by Jacobi rotations.

/** Of a symmetric matrix M = Σ values[i] · vᵢ vᵢᵀ. */
export interface SymmetricEigen {
  /** In no order. */
  readonly values: Float64Array
  /** The orthonormal vectors vᵢ, one a row: [n, n]. */
  readonly vectors: Float64Array
}

/** Rotations converge quadratically: after 6 to 10 sweeps nothing is left. */
const MOST_SWEEPS = 60

/**
 * Decomposes the symmetric `matrix` [n, n], of which the upper half is read. Cyclic sweeps of rotations, each of which makes one entry beside the diagonal 0, until
 * these are rounding beside their diagonal. O(n³) time for each of under 10 sweeps.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) a[i * n + j] = a[j * n + i] = matrix[i * n + j]!
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const scale = Math.hypot(...Array.from({ length: n }, (_, i) => Math.hypot(...a.subarray(i * n, (i + 1) * n))))
  const negligible = Number.EPSILON * scale
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let rotated = false
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p * n + q]!) <= negligible) continue
        rotate(a, vectors, n, p, q)
        rotated = true
      }
    if (!rotated) break
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors }
}

/** Turns the axes p and q so that entry (p, q) of `a` becomes 0; the smaller of the two angles that do. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q]!
  const [app, aqq] = [a[p * n + p]!, a[q * n + q]!]
  const theta = (aqq - app) / (2 * off)
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const cosine = 1 / Math.hypot(tangent, 1)
  const sine = tangent * cosine
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!]
    if (k !== p && k !== q) {
      a[k * n + p] = a[p * n + k] = cosine * x - sine * y
      a[k * n + q] = a[q * n + k] = sine * x + cosine * y
    }
    const [v, w] = [vectors[p * n + k]!, vectors[q * n + k]!]
    vectors[p * n + k] = cosine * v - sine * w
    vectors[q * n + k] = sine * v + cosine * w
  }
  a[p * n + p] = app - tangent * off
  a[q * n + q] = aqq + tangent * off
  a[p * n + q] = a[q * n + p] = 0
}
