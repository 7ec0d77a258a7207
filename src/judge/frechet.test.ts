import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { frechetDistance } from './frechet.js'

/** Vectors whose covariance is diagonal: plus and minus each root on its axis, with a common centre. */
const diagonal = (centre: readonly number[], variances: readonly number[]) =>
  variances.flatMap((variance, i) =>
    [1, -1].map((sign) => Float32Array.from(centre, (value, k) => value + (k === i ? sign * Math.sqrt(variance * variances.length) : 0))),
  )
const drawn = (count: number, dimensions: number, seed: number) => {
  const random = Random.for(seed, 'features')
  return Array.from({ length: count }, () => Float32Array.from({ length: dimensions }, () => random.normal()))
}

describe('the Fréchet distance', () => {
  it('is that of diagonal Gaussians', () => {
    const got = frechetDistance(diagonal([0, 0, 1], [1, 4, 9]), diagonal([3, 0, -1], [4, 1, 9]))
    expect(got).toBeCloseTo(9 + 4 + 1 + 1, 4)
  })

  it.each([
    [40, 5],
    [6, 50],
  ] as const)('of %i vectors of %i numbers is 0 from themselves, symmetric, and grows with what is added', (count, dimensions) => {
    const [a, b] = [drawn(count, dimensions, 1), drawn(count + 1, dimensions, 2)]
    expect(frechetDistance(a, a)).toBeCloseTo(0, 8)
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a)!, 8)
    const moved = a.map((vector) => vector.map((value) => value + 2))
    expect(frechetDistance(a, moved)).toBeCloseTo(4 * dimensions, 3)
  })

  it('is none of fewer than two', () => {
    expect(frechetDistance(drawn(1, 3, 1), drawn(4, 3, 2))).toBeUndefined()
  })
})
