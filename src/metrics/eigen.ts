// Eigenvalues and eigenvectors of symmetric matrices: reflections make the matrix tridiagonal, then shifted QR steps make it diagonal.

import { bug } from '../base/errors.js'

/** Of a symmetric matrix M = Σ values[i] · vᵢ vᵢᵀ. */
export interface SymmetricEigen {
  /** In no order. */
  readonly values: Float64Array
  /** The orthonormal vectors vᵢ, one a row: [n, n]. */
  readonly vectors: Float64Array
}

/** QR steps a value: two or three are usual. */
const MOST_STEPS = 60

/** Decomposes the symmetric `matrix` [n, n] to within rounding of its largest entry. O(n³) time: a few seconds at 512. Entries must be finite. */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const { diagonal, beside, vectors } = tridiagonal(matrix, n)
  let scale = 0
  for (const value of matrix) scale = Math.max(scale, Math.abs(value))
  const negligible = Number.EPSILON * scale
  let steps = 0
  for (let last = n - 1; last > 0; ) {
    if (Math.abs(beside[last - 1]!) <= negligible) {
      last--
      continue
    }
    let first = last - 1
    while (first > 0 && Math.abs(beside[first - 1]!) > negligible) first--
    if (++steps > MOST_STEPS * n) throw bug('symmetricEigen', `wanted convergence of ${n} rows, got none in ${steps} steps`)
    qrStep({ diagonal, beside, vectors }, n, first, last)
  }
  return { values: diagonal, vectors }
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** Entry (i, i + 1) of the matrix at i. */
  readonly beside: Float64Array
  /** The rows of R, where the matrix is Rᵀ T R. */
  readonly vectors: Float64Array
}

/** One reflection H = 1 − 2vvᵀ a column puts all below the entry beside its diagonal there; what is right and below becomes H S H = S − vwᵀ − wvᵀ. */
function tridiagonal(matrix: Float64Array, n: number): Tridiagonal {
  const a = matrix.slice()
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const beside = new Float64Array(Math.max(0, n - 1))
  const [v, w] = [new Float64Array(n), new Float64Array(n)]
  for (let k = 0; k < n - 1; k++) {
    const norm = Math.hypot(...a.subarray(k * n + k + 1, (k + 1) * n))
    // Of both reflections the one that does not cancel.
    const target = a[k * n + k + 1]! > 0 ? -norm : norm
    beside[k] = target
    if (norm === 0) continue
    for (let i = k + 1; i < n; i++) v[i] = a[k * n + i]!
    v[k + 1]! -= target
    const length = Math.hypot(...v.subarray(k + 1))
    for (let i = k + 1; i < n; i++) v[i]! /= length
    let along = 0
    for (let i = k + 1; i < n; i++) {
      let sum = 0
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!
      w[i] = 2 * sum
      along += w[i]! * v[i]!
    }
    for (let i = k + 1; i < n; i++) w[i]! -= along * v[i]!
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) a[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!
    reflectRows(vectors, v, w, n, k + 1)
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), beside, vectors }
}

/** R − 2v(vᵀR) for a `v` that is 0 before `from`; `sums` is scratch. */
function reflectRows(rows: Float64Array, v: Float64Array, sums: Float64Array, n: number, from: number): void {
  sums.fill(0)
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) sums[j]! += 2 * v[i]! * rows[i * n + j]!
  for (let i = from; i < n; i++) for (let j = 0; j < n; j++) rows[i * n + j]! -= v[i]! * sums[j]!
}

/**
 * A QR step of the block from row `first` to `last`, shifted by the eigenvalue of its last two rows that is nearer to its last entry: the entry outside the three
 * diagonals which the first rotation makes is chased out by the others.
 */
function qrStep({ diagonal: d, beside: e, vectors }: Tridiagonal, n: number, first: number, last: number): void {
  const half = (d[last - 1]! - d[last]!) / 2
  const off = e[last - 1]!
  const shift = d[last]! - (off * off) / (half + (half < 0 ? -1 : 1) * Math.hypot(half, off))
  let [x, outside] = [d[first]! - shift, e[first]!]
  for (let k = first; k < last; k++) {
    const length = Math.hypot(x, outside)
    const [cosine, sine] = length > 0 ? [x / length, outside / length] : [1, 0]
    if (k > first) e[k - 1] = length
    const [upper, lower, between] = [d[k]!, d[k + 1]!, e[k]!]
    d[k] = cosine * cosine * upper + 2 * cosine * sine * between + sine * sine * lower
    d[k + 1] = sine * sine * upper - 2 * cosine * sine * between + cosine * cosine * lower
    e[k] = cosine * sine * (lower - upper) + (cosine * cosine - sine * sine) * between
    if (k < last - 1) {
      x = e[k]!
      outside = sine * e[k + 1]!
      e[k + 1]! *= cosine
    }
    for (let j = 0; j < n; j++) {
      const [p, q] = [vectors[k * n + j]!, vectors[(k + 1) * n + j]!]
      vectors[k * n + j] = cosine * p + sine * q
      vectors[(k + 1) * n + j] = cosine * q - sine * p
    }
  }
}
