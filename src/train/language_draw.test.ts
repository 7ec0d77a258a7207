import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawLanguages } from './language_draw.js'

const range = (from: number, n: number) => Array.from({ length: n }, (_, i) => from + i)
const members = new Map([
  ['ASL', range(0, 400)],
  ['GSL', range(400, 100)],
  ['KSL', range(500, 4)],
])
const counts = (temperature: number) => {
  const drawn = drawLanguages(members, { temperature, seed: 27, epoch: 0 })
  return Object.fromEntries([...drawn].map(([language, clips]) => [language, clips.length]))
}

describe('drawLanguages', () => {
  it('draws as there are clips at a temperature of 1, by their square roots at 2, all alike when it is hot', () => {
    expect(counts(1)).toEqual({ ASL: 400, GSL: 100, KSL: 4 })
    expect(counts(2)).toEqual({ ASL: 315, GSL: 158, KSL: 32 })
    expect(counts(1e9)).toEqual({ ASL: 168, GSL: 168, KSL: 168 })
  })

  it('visits every clip of a language as often as every other, whatever its share', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.double({ min: 1, max: 8, noNaN: true }), fc.integer({ min: 1, max: 12 }), (all, temperature, epochs) => {
        const own = new Map(all.map((size, i) => [`L${i}`, range(100 * i, size)]))
        const visits = new Map<number, number>()
        for (let epoch = 0; epoch < epochs; epoch++)
          for (const clips of drawLanguages(own, { temperature, seed: 1, epoch }).values())
            for (const clip of clips) visits.set(clip, (visits.get(clip) ?? 0) + 1)
        for (const clips of own.values()) {
          const seen = clips.map((clip) => visits.get(clip) ?? 0)
          expect(Math.max(...seen) - Math.min(...seen)).toBeLessThanOrEqual(1)
        }
      }),
      { seed: 5, numRuns: 60 },
    )
  })

  it('is the same again, another in the next epoch, and knows one more language from the others', () => {
    const draw = (epoch: number, of = members) => drawLanguages(of, { temperature: 1, seed: 3, epoch }).get('ASL')
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(0))
    expect(draw(1, new Map([...members, ['LIS', range(600, 50)]]))).toEqual(draw(1))
  })
})
