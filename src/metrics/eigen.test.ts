import { describe, expect, it } from 'vitest'
import { symmetricEigen } from './eigen.js'
import { walk } from './series.testing.js'

/** A random symmetric matrix. */
function symmetric(seed: number, n: number): Float64Array {
  const { values } = walk(seed, n, n)
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return values[i * n + j]! + values[j * n + i]!
  })
}

describe('symmetricEigen', () => {
  it.each([1, 2, 3, 8, 33])('puts a matrix of %d rows together again, with orthonormal vectors', (n) => {
    const matrix = symmetric(n, n)
    const { values, vectors } = symmetricEigen(matrix, n)
    const most = Math.max(...matrix.map(Math.abs))
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let [entry, dot] = [0, 0]
        for (let k = 0; k < n; k++) {
          entry += values[k]! * vectors[k * n + i]! * vectors[k * n + j]!
          dot += vectors[i * n + k]! * vectors[j * n + k]!
        }
        expect(Math.abs(entry - matrix[i * n + j]!)).toBeLessThan(1e-12 * n * most)
        expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-12)
      }
  })

  it('knows the eigenvalues of the second difference, 2 − 2 cos(πk / (n + 1))', () => {
    const n = 12
    const matrix = Float64Array.from({ length: n * n }, (_, at) => {
      const apart = Math.abs(Math.floor(at / n) - (at % n))
      return apart === 0 ? 2 : apart === 1 ? -1 : 0
    })
    const values = symmetricEigen(matrix, n).values.sort()
    for (const [k, value] of values.entries()) expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1)), 12)
  })

  it('takes what is diagonal, singular or 0 as it is', () => {
    expect([...symmetricEigen(Float64Array.of(3, 0, 0, 0), 2).values]).toEqual([3, 0])
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0])
  })
})
