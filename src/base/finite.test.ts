import { describe, expect, it } from 'vitest'
import { firstNonFinite, placeIn } from './finite.js'

describe('firstNonFinite', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('finds %s', (bad) => {
    expect(firstNonFinite(Float32Array.of(1, bad, 2, bad))).toBe(1)
  })

  it('takes the largest, the smallest and zeros of either sign for numbers', () => {
    expect(firstNonFinite(Float64Array.of(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324, 0, -0))).toBe(-1)
    expect(firstNonFinite([])).toBe(-1)
  })
})

describe('placeIn', () => {
  it('counts row by row', () => {
    expect([placeIn([2, 3, 4], 23), placeIn([2, 3, 4], 4), placeIn([5], 4), placeIn([], 0)]).toEqual([
      '[1, 2, 3]',
      '[0, 1, 0]',
      '[4]',
      '[]',
    ])
  })
})
