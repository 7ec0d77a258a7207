import { expect, it } from 'vitest'
import { formatTable } from './table.js'

it('lines columns up, the first to the left and the others to the right', () => {
  expect(formatTable([['', 'DTW'], ['model', '3.94'], ['x', '10.98']])).toBe('         DTW\nmodel   3.94\nx      10.98') // biome-ignore format: a table
})
