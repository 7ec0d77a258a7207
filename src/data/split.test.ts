import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinedGroups, sentenceOf, sharedBetween, split, splitByGroup, videoOf } from './split.js'

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

describe('splitByGroup', () => {
  const clips = Array.from({ length: 400 }, (_, i) => `video${i % 80}-${i}`)

  it('keeps what belongs together in one part, in its order', () => {
    const parts = splitByGroup(clips, videoOf, 3)
    const videos = Object.values(parts).map((part) => new Set(part.map(videoOf)))
    expect(videos.reduce((sum, part) => sum + part.size, 0)).toBe(80)
    expect(Object.values(parts).flat().sort()).toEqual(clips.slice().sort())
    for (const part of Object.values(parts)) expect(part).toEqual(clips.filter((clip) => part.includes(clip)))
    expect(parts.train.length).toBeGreaterThan(280)
    expect(splitByGroup(clips.slice().reverse(), videoOf, 3).dev.sort()).toEqual(parts.dev.slice().sort())
    expect(splitByGroup(clips, videoOf, 4)).not.toEqual(parts)
  })

  it('moves nothing when the corpus grows', () => {
    const before = splitByGroup(clips.slice(0, 200), videoOf, 3)
    const after = splitByGroup([...clips, 'new-1', 'newer-1'], videoOf, 3)
    for (const part of ['train', 'dev', 'test'] as const) expect(after[part]).toEqual(expect.arrayContaining(before[part]))
  })

  it('gives a share above 0 at least one group, and must leave one to train on', () => {
    for (let seed = 0; seed < 30; seed++) {
      const { train, dev, test } = splitByGroup(['a', 'b', 'c', 'd'], (item) => item, seed, { dev: 0.01, test: 0.01 })
      expect([train.length, dev.length, test.length]).toEqual([2, 1, 1])
    }
    expect(splitByGroup(clips, videoOf, 3, { dev: 0, test: 0.2 }).dev).toEqual([])
    expect(() => splitByGroup(['a-1', 'a-2', 'b-1'], videoOf, 1)).toThrow(/wanted more than 2 distinct items, got 2/)
    expect(() => splitByGroup(clips, videoOf, 1, { dev: -0.1 })).toThrow(/leave something to train on/)
  })

  it.each([
    ['_2FBDaOPYig_4-3-rgb_front', '_2FBDaOPYig'],
    ['dev/11August_2010_Wednesday_tagesschau-7', '11August_2010_Wednesday_tagesschau'],
    ['train/ASL_hello', 'ASL_hello'],
    ['-7', '-7'],
  ])('takes the video of %s from its name', (name, video) => {
    expect(videoOf(name)).toBe(video)
  })
})

describe('joinedGroups', () => {
  it('is the finest division in which neither name is in two groups', () => {
    const item = fc.record({ a: fc.constantFrom(...'abcdefgh'), b: fc.constantFrom(...'12345678') })
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (items) => {
        const group = joinedGroups(
          items,
          ({ a }) => a,
          ({ b }) => b,
        )
        // The same by spreading from each item until nothing is added.
        const reached = (from: (typeof items)[number]) => {
          const set = new Set([from])
          for (let size = 0; size < set.size; ) {
            size = set.size
            for (const other of items) if ([...set].some(({ a, b }) => a === other.a || b === other.b)) set.add(other)
          }
          return set
        }
        for (const one of items) {
          const mine = reached(one)
          for (const other of items) expect(group(one) === group(other)).toBe(mine.has(other))
          expect(group(one)).toBe([...mine].map(({ a }) => a).sort()[0])
        }
      }),
      { seed: 3, numRuns: 300 },
    )
  })
})

describe('a sentence', () => {
  it.each(['Es  regnet!', 'es regnet', 'ES REGNET…', '„Es regnet.“'])('%s is the same', (text) =>
    expect(sentenceOf(text)).toBe('es regnet'),
  )
  it('is another with other words, or accents', () => {
    expect(new Set(['café', 'cafe', 'es regnet nicht', 'regnet es'].map(sentenceOf)).size).toBe(4)
    expect(sentenceOf('Cafe\u0301!')).toBe(sentenceOf('caf\u00e9'))
  })
})

describe('sharedBetween', () => {
  it('counts each name once, however many parts it is in', () => {
    const parts = { train: ['a1', 'b1', 'c1'], dev: ['a2', 'd1'], test: ['a3', 'b2', 'd2', 'e1'] }
    expect(sharedBetween(parts, (item) => item[0]!)).toBe(3)
  })
})
