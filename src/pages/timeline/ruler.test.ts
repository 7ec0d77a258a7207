import fc from 'fast-check'
import { expect, it } from 'vitest'
import { rulerTimes } from './ruler.js'

it('marks round times within what is seen', () => {
  expect(rulerTimes(0, 6)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(rulerTimes(0.5, 24)).toEqual([5, 10, 15, 20])
  expect(rulerTimes(103, 118)).toEqual([104, 106, 108, 110, 112, 114, 116, 118])
})

it('gives 3 to 9 numbers, whatever is seen, and however close', () => {
  // As far along as the closest look at the end of a long step: see LEAST_SHARE of TimeRange.
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e5, noNaN: true }), fc.double({ min: 0, max: 1e5, noNaN: true }), (length, lengthsBefore) => {
      const [from, to] = [lengthsBefore * length, (lengthsBefore + 1) * length]
      const times = rulerTimes(from, to)
      expect(times.length).toBeGreaterThanOrEqual(3)
      expect(times.length).toBeLessThanOrEqual(9)
      const rounding = 1e-9 * length
      for (const ms of times) expect(ms >= from - rounding && ms <= to).toBe(true)
    }),
  )
})

it('marks nothing where nothing lasts', () => {
  expect(rulerTimes(0, 0)).toEqual([])
})
