import { describe, expect, it } from 'vitest'
import { type FeatureSet, frechetDistance, squareRoot } from './frechet.js'
import { walk } from './series.testing.js'

const set = (rows: readonly (readonly number[])[]): FeatureSet => ({ values: rows.flat(), count: rows.length, dimension: rows[0]!.length })
const random = (seed: number, count: number, dimension: number): FeatureSet => ({
  values: walk(seed, count, dimension).values,
  count,
  dimension,
})

/** Vectors whose sample covariance is diagonal, with these standard deviations, around a mean: each axis twice, to both sides. */
function diagonal(mean: readonly number[], deviations: readonly number[]): FeatureSet {
  const count = 2 * mean.length
  return set(
    deviations.flatMap((deviation, axis) =>
      [-1, 1].map((side) => mean.map((centre, k) => (k === axis ? centre + side * deviation * Math.sqrt((count - 1) / 2) : centre))),
    ),
  )
}

describe('frechetDistance', () => {
  it('is |Δμ|² + Σ(σ₁ − σ₂)² for diagonal Gaussians', () => {
    const [means, deviations] = [
      [
        [1, -2, 0.5, 3],
        [0, 1, 0.25, 3],
      ],
      [
        [0.5, 2, 1, 0],
        [1.5, 2, 0.1, 0.3],
      ],
    ] as const
    let wanted = 0
    for (let k = 0; k < 4; k++) wanted += (means[0][k]! - means[1][k]!) ** 2 + (deviations[0][k]! - deviations[1][k]!) ** 2
    expect(frechetDistance(diagonal(means[0], deviations[0]), diagonal(means[1], deviations[1]))).toBeCloseTo(wanted, 10)
  })

  it('is in one dimension what two numbers say', () => {
    // Means 1 and 5, standard deviations √2 and √8.
    expect(frechetDistance(set([[0], [2]]), set([[3], [7]]))).toBeCloseTo(16 + (Math.SQRT2 - Math.sqrt(8)) ** 2, 12)
  })

  it('knows tr((Σ₁^½ Σ₂ Σ₁^½)^½) as √(tr + 2√det) of Σ₁Σ₂ in two dimensions', () => {
    const [a, b] = [random(3, 9, 2), random(4, 11, 2)]
    const [p, q] = [moments(a), moments(b)]
    const trace = p.xx * q.xx + 2 * p.xy * q.xy + p.yy * q.yy
    const determinant = (p.xx * p.yy - p.xy ** 2) * (q.xx * q.yy - q.xy ** 2)
    const shared = Math.sqrt(trace + 2 * Math.sqrt(determinant))
    const wanted = (p.x - q.x) ** 2 + (p.y - q.y) ** 2 + p.xx + p.yy + q.xx + q.yy - 2 * shared
    expect(frechetDistance(a, b)).toBeCloseTo(wanted, 10)
  })

  it('is 0 for a set and itself, the same both ways round, and blind to the order of vectors', () => {
    for (const [count, dimension] of [
      [40, 6],
      [4, 12],
      [1, 3],
    ] as const) {
      const [a, b] = [random(1, count, dimension), random(2, count + 3, dimension)]
      expect(frechetDistance(a, a)).toBeLessThan(1e-6)
      expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 6)
      const rows = Array.from({ length: count }, (_, i) => Array.from(a.values).slice(i * dimension, (i + 1) * dimension))
      expect(frechetDistance(set(rows.reverse()), b)).toBeCloseTo(frechetDistance(a, b), 6)
    }
  })

  it('refuses what is empty, of another dimension or not finite', () => {
    const one = set([[1, 2]])
    expect(() => frechetDistance(one, set([[1]]))).toThrow('wanted features of the same dimension, got 2 and 1')
    expect(() => frechetDistance({ values: [], count: 0, dimension: 2 }, one)).toThrow('wanted at least one vector of 2')
    expect(() => frechetDistance(one, set([[1, 2], [1e200, 2]]))).toThrow('wanted features whose squares are finite') // biome-ignore format: one line reads better
    expect(() => frechetDistance(one, set([[1, 2], [3, Number.NaN]]))).toThrow('got NaN in vector 1') // biome-ignore format: one line reads better
  })
})

describe('squareRoot', () => {
  it('times itself is the matrix', () => {
    const { xx, xy, yy } = moments(random(8, 20, 2))
    const [a, b, , d] = squareRoot(Float64Array.of(xx, xy, xy, yy), 2) as unknown as [number, number, number, number]
    for (const [got, wanted] of [[a * a + b * b, xx], [a * b + b * d, xy], [b * b + d * d, yy]] as const) expect(got).toBeCloseTo(wanted, 12) // biome-ignore format: one line reads better
  })
})

function moments({ values, count }: FeatureSet) {
  const [xs, ys] = [0, 1].map((axis) => Array.from({ length: count }, (_, i) => values[2 * i + axis]!)) as [number[], number[]]
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / count
  const [x, y] = [mean(xs), mean(ys)]
  const product = (a: readonly number[], b: readonly number[], p: number, q: number) =>
    a.reduce((sum, value, i) => sum + (value - p) * (b[i]! - q), 0) / (count - 1)
  return { x, y, xx: product(xs, xs, x, x), xy: product(xs, ys, x, y), yy: product(ys, ys, y, y) }
}
