import { describe, expect, it } from 'vitest'
import { Random } from '../base/random.js'
import { madeUpCeilings } from './ceilings.testing.js'
import { diffProfiles, formatDiff } from './diff.js'
import { about, madeUp, row, rows } from './profile.testing.js'
import { summarise } from './timing.js'

const [linear, attention] = rows as [(typeof rows)[0], (typeof rows)[0]]
const before = madeUp(rows)
const verdictsOf = (after: typeof before, options = {}) =>
  Object.fromEntries(diffProfiles(before, after, options).comparisons.map(({ kind, name, verdict }) => [`${kind} ${name}`, verdict]))

describe('diffProfiles', () => {
  it('flags what became slower, at its kernel, its place and in the step, and nothing else', () => {
    const slow = madeUp([linear, { ...attention, ms: about(6) }])
    expect(verdictsOf(slow)).toEqual({
      'step the step, unprofiled': 'slower',
      'place encoder.0/self': 'same',
      'place decoder.0/self': 'slower',
      'kernel linear': 'same',
      'kernel attention': 'slower',
    })
    expect(diffProfiles(before, slow).regressions).toBe(3)
  })

  it('flags what became faster as that, and by the threshold asked for', () => {
    const fast = madeUp([linear, { ...attention, ms: about(3) }])
    expect(verdictsOf(fast)['kernel attention']).toBe('faster')
    expect(verdictsOf(fast, { threshold: 0.4 })['kernel attention']).toBe('same')
    expect(diffProfiles(before, fast).regressions).toBe(0)
  })

  it('takes noise for noise: a hundred profiles of the same work, each step up to half as long again', () => {
    const random = new Random(5)
    const noisy = (ms: number) => summarise(Array.from({ length: 5 }, () => ms * (1 + 0.5 * random.uniform() ** 2)))
    const draw = () =>
      madeUp(
        rows.map((one) => ({ ...one, ms: noisy(one.ms.median) })),
        { step: { plain: noisy(10), profiled: noisy(11), stampMs: 0, floorMs: 1, floorShare: 0.1 } },
      )
    let flagged = 0
    for (let i = 0; i < 100; i++) flagged += diffProfiles(draw(), draw()).regressions
    // Five comparisons each.
    expect(flagged).toBeLessThanOrEqual(10)
  })

  it('forgives what the ceilings say the whole machine lost', () => {
    const slowed = rows.map((one) => ({ ...one, ms: about(1.3 * one.ms.median) }))
    const tired = madeUp(slowed, { ceilings: madeUpCeilings(10, 75) })
    expect(diffProfiles(before, madeUp(slowed)).regressions).toBe(5)
    expect(diffProfiles(before, tired)).toMatchObject({ regressions: 0, drift: 100 / 75 })
    expect(formatDiff(diffProfiles(before, tired))).toContain('33 % slower in the second profile')
  })

  it('does not take one memory ceiling that came out low for a slower machine', () => {
    const ceilings = madeUpCeilings(10, 100)
    const odd = madeUp(rows, { ceilings: { ...ceilings, gigabytes: { ...ceilings.gigabytes, copy: 5 } } })
    expect(diffProfiles(before, odd).drift).toBe(1)
    expect(diffProfiles(before, madeUp(rows, { ceilings: madeUpCeilings(8, 100) })).drift).toBeCloseTo(1.25)
  })

  it('does not judge what costs next to nothing', () => {
    const dear = madeUp([...rows, row('loss', 'clip_scale', 0.01)])
    const dearer = madeUp([...rows, row('loss', 'clip_scale', 0.03)])
    expect(diffProfiles(dear, dearer).regressions).toBe(0)
  })

  it('names what is on one side only, and takes another variant for the same kernel', () => {
    const other = madeUp([{ ...linear, variant: 'linear', ms: about(9) }, row('decoder.0/self', 'attention_row', 4)])
    expect(verdictsOf(other)).toMatchObject({ 'kernel linear': 'slower', 'kernel attention': 'removed', 'kernel attention_row': 'added' })
  })

  it('refuses other work, adapters and clocks', () => {
    expect(() => diffProfiles(before, madeUp(rows, { subject: 'another' }))).toThrow("wanted two profiles of one subject, got 'training")
    expect(() => diffProfiles(before, madeUp(rows, { adapter: 'another' }))).toThrow('two profiles of one adapter')
    expect(() => diffProfiles(before, madeUp(rows, { method: 'submissions' }))).toThrow('two profiles of one method')
  })
})

it('prints every comparison on a line', () => {
  const text = formatDiff(diffProfiles(before, madeUp([linear, { ...attention, ms: about(6) }])))
  expect(text).toContain('3 slower by more than 10 %')
  expect(text.split('\n').at(-1)).toMatch(/^kernel attention +4\.000 +6\.000 +1\.50 +slower$/)
})
