import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { split } from './split.js'

describe('split', () => {
  it('puts every distinct item in exactly one part', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 3 }), fc.integer(), (items, seed) => {
        const { train, dev, test } = split([...items, ...items], seed)
        expect([...train, ...dev, ...test].sort()).toEqual(items.slice().sort())
        expect(dev.length).toBeGreaterThan(0)
        expect(test.length).toBeGreaterThan(0)
      }),
      { numRuns: 100 },
    )
  })

  it('depends on the seed and not on the order', () => {
    const items = Array.from({ length: 100 }, (_, i) => `w${i}`)
    expect(split(items.slice().reverse(), 1)).toEqual(split(items, 1))
    expect(split(items, 2)).not.toEqual(split(items, 1))
    expect(split(items, 1, { dev: 0.2, test: 0 })).toMatchObject({ dev: { length: 20 }, test: { length: 0 }, train: { length: 80 } })
  })

  it('refuses to leave nothing to train on', () => {
    expect(() => split(['a', 'b'], 1)).toThrow(/wanted more than 2 distinct items, got 2/)
    expect(() => split(['a', 'b', 'c'], 1, { dev: 0.5, test: 0.5 })).toThrow(/leave something to train on/)
  })
})
