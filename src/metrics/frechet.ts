// Fréchet distance of two sets of feature vectors, each taken for a sample of a Gaussian: whether generated clips look like real ones as a set.

import { counted } from '../base/counted.js'
import { SignError } from '../base/errors.js'
import { symmetricEigen } from './eigen.js'

/** Feature vectors, one a row: [count, dimension]. */
export interface FeatureSet {
  readonly values: ArrayLike<number>
  readonly count: number
  readonly dimension: number
}

/**
 * |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁^½ Σ₂ Σ₁^½)^½) in the squared unit of the features, in float64; 0 for equal sets, never below. Covariances are divided by
 * count − 1, and are 0 of a single vector.
 *
 * Where there are fewer vectors than dimensions the covariances are singular. The roots are taken of the eigenvalues of symmetric matrices, those below 0 (rounding)
 * counting as 0, so nothing needs to be added to a diagonal and nothing becomes NaN. Small samples still bias the distance upwards: compare sets of the same count only,
 * and print it with the distance of two halves of the real set. O(dimension³) time: about 10 s at 512. Throws ERR_DATA for an empty set, sets of different
 * dimensions and features that are not finite or whose squares are not.
 */
export function frechetDistance(a: FeatureSet, b: FeatureSet): number {
  const n = a.dimension
  if (n !== b.dimension) {
    const problem = `wanted features of the same dimension, got ${n} and ${b.dimension}`
    throw new SignError('ERR_DATA', 'Fréchet distance', problem, 'Take both sets from the same encoder')
  }
  const [first, second] = [gaussian(a), gaussian(b)]
  let between = 0
  for (let k = 0; k < n; k++) between += (first.mean[k]! - second.mean[k]!) ** 2
  const root = squareRoot(first.covariance, n)
  const { values } = symmetricEigen(product(product(root, second.covariance, n), root, n), n)
  const shared = values.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0)
  return Math.max(0, between + trace(first.covariance, n) + trace(second.covariance, n) - 2 * shared)
}

/** The symmetric root of a matrix without eigenvalues below 0, [n, n]; rounding below 0 counts as 0. */
export function squareRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const scaled = vectors.map((value, at) => value * Math.max(0, values[Math.floor(at / n)]!) ** 0.25)
  return gram(scaled, n, n)
}

interface Gaussian {
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

function gaussian({ values, count, dimension }: FeatureSet): Gaussian {
  if (count < 1 || values.length !== count * dimension) {
    const problem = `wanted at least one vector of ${dimension}, got ${counted(values.length, 'number')} in ${counted(count, 'vector')}`
    throw new SignError('ERR_DATA', 'Fréchet distance', problem, 'Give the features of at least one clip')
  }
  const mean = new Float64Array(dimension)
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      const problem = `wanted finite features, got ${values[at]} in vector ${Math.floor(at / dimension)}`
      throw new SignError('ERR_DATA', 'Fréchet distance', problem, 'Leave that clip out')
    }
    mean[at % dimension]! += values[at]! / count
  }
  const share = Math.sqrt(Math.max(1, count - 1))
  const centred = Float64Array.from(values, (value, at) => (value - mean[at % dimension]!) / share)
  const covariance = gram(centred, count, dimension)
  if (!covariance.every(Number.isFinite)) {
    throw new SignError(
      'ERR_DATA',
      'Fréchet distance',
      'wanted features whose squares are finite, got larger ones',
      'Scale the features down',
    )
  }
  return { mean, covariance }
}

/** XᵀX of rows [count, n]. */
function gram(rows: Float64Array, count: number, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let row = 0; row < count; row++)
    for (let i = 0; i < n; i++) {
      const value = rows[row * n + i]!
      for (let j = 0; j < n; j++) out[i * n + j]! += value * rows[row * n + j]!
    }
  return out
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const value = a[i * n + k]!
      for (let j = 0; j < n; j++) out[i * n + j]! += value * b[k * n + j]!
    }
  return out
}

function trace(matrix: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += matrix[i * n + i]!
  return sum
}
