import { expect, it } from 'vitest'
import { tokenArrays, tokenLoss } from './tokens.js'

it('lays ids out with the rows of each, padding left out', () => {
  expect(tokenArrays('given', Uint32Array.of(5, 1, 5, 7), 1)).toEqual({
    given: Uint32Array.of(5, 1, 5, 7),
    givenUniqueIds: Uint32Array.of(5, 7, 0, 0),
    givenStarts: Uint32Array.of(0, 2, 3, 3, 3),
    givenOrder: Uint32Array.of(0, 2, 3, 0),
  })
})

it('sums losses by their shares over all passes; padding may hold anything, and a pass without tokens has none', () => {
  const pass = (rows: readonly number[], shares: readonly number[]) => ({
    rows: Float32Array.from(rows).buffer,
    coefficient: Float32Array.from(shares).buffer,
  })
  expect(tokenLoss([pass([2, 9, Number.NaN, 9], [0.5, 0]), pass([4, 9], [0.25])])).toBe(2)
  expect(tokenLoss([{}])).toBe(0)
})
