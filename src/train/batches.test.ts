import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExampleSize, planEpoch, planGroups } from './batches.js'

const clip = (group: string, target: number, source = 5): ExampleSize => ({ group, target, source })
const lengths = (group: string, n: number) => Array.from({ length: n }, (_, i) => clip(group, 10 + ((i * 37) % 100)))
const settings = { size: 4, bucket: 16, seed: 27, epoch: 0 }

describe('planEpoch', () => {
  it('uses every clip once, in batches of one group padded to the multiples', () => {
    const clips = fc.array(
      fc.record({
        group: fc.constantFrom('ASL', 'GSL', 'KSL'),
        target: fc.integer({ min: 1, max: 300 }),
        source: fc.integer({ min: 1, max: 40 }),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(clips, fc.integer({ min: 1, max: 9 }), fc.constantFrom('shuffle', 'fixed'), (clips, size, order) => {
        const plan = planEpoch(clips, { ...settings, size, order })
        expect(plan.flatMap((batch) => batch.examples).sort((a, b) => a - b)).toEqual(clips.map((_, i) => i))
        for (const batch of plan) {
          const members = batch.examples.map((i) => clips[i]!)
          expect(members.length).toBeLessThanOrEqual(size)
          expect(members.every(({ group }) => group === batch.group)).toBe(true)
          expect(batch.target).toBe(Math.ceil(Math.max(...members.map(({ target }) => target)) / 16) * 16)
          expect(batch.source).toBe(Math.ceil(Math.max(...members.map(({ source }) => source)) / 4) * 4)
        }
      }),
      { seed: 3, numRuns: 150 },
    )
  })

  it('spreads languages over the epoch by their size, where it is to', () => {
    const clips = [...lengths('ASL', 48), ...lengths('GSL', 16), ...lengths('KSL', 4)]
    const order = planEpoch(clips, { ...settings, languages: 'size' }).map(({ group }) => group[0])
    expect(order.join('')).toBe('AAGAAAGAKAAGAAAGA'.slice(0, order.length))
    const turns = planEpoch(clips, settings).map(({ group }) => group[0])
    expect(turns.join('')).toMatch(/^AGKAGAGAGA+$/)
    expect([...order].sort()).toEqual([...turns].sort())
  })

  it('is the same where each group numbers its own examples, in whatever order those of groups come', () => {
    const clips = [...lengths('ASL', 23), ...lengths('GSL', 9)].map((size, i) => ({ ...size, source: 3 + ((i * 11) % 17) }))
    const own = (group: string) => clips.filter((one) => one.group === group)
    const sizesOf = (group: string) => ({
      length: own(group).length,
      target: (i: number) => own(group)[i]!.target,
      source: (i: number) => own(group)[i]!.source,
    })
    const groups = new Map(['ASL', 'GSL'].map((group) => [group, sizesOf(group)]))
    const inOne = planGroups(groups, settings)
    const overAll = planEpoch(clips, settings).map((batch) => ({
      ...batch,
      examples: batch.examples.map((i) => own(batch.group).indexOf(clips[i]!)),
    }))
    expect(inOne).toEqual(overAll)
    const drawn = new Map([['GSL', [8, 1, 8]]])
    const visited = planGroups(groups, { ...settings, drawn }).filter(({ group }) => group === 'GSL')
    expect(visited.flatMap(({ examples }) => examples).toSorted()).toEqual([1, 8, 8])
  })

  it('keeps the last partial batch', () => {
    expect(
      planEpoch(lengths('ASL', 10), settings)
        .map(({ examples }) => examples.length)
        .sort(),
    ).toEqual([2, 4, 4])
  })

  it('wastes little on padding', () => {
    const clips = lengths('ASL', 100)
    const padded = planEpoch(clips, settings).reduce((sum, batch) => sum + batch.target * batch.examples.length, 0)
    expect(padded / clips.reduce((sum, { target }) => sum + target, 0)).toBeLessThan(1.25)
  })

  it('lets the languages take turns until one has no more', () => {
    const plan = planEpoch([...lengths('ASL', 12), ...lengths('GSL', 4), ...lengths('KSL', 8)], settings)
    expect(plan.map(({ group }) => group)).toEqual(['ASL', 'GSL', 'KSL', 'ASL', 'KSL', 'ASL'])
  })

  it('is the same for the same seed and epoch, another for another', () => {
    const clips = lengths('ASL', 40)
    const plan = planEpoch(clips, settings)
    expect(planEpoch(clips, settings)).toEqual(plan)
    expect(planEpoch(clips, { ...settings, epoch: 1 })).not.toEqual(plan)
    expect(planEpoch(clips, { ...settings, seed: 28 })).not.toEqual(plan)
  })

  it("leaves a group's batches alone when another is added", () => {
    const alone = planEpoch(lengths('ASL', 20), settings)
    const together = planEpoch([...lengths('ASL', 20), ...lengths('GSL', 20)], settings)
    expect(together.filter(({ group }) => group === 'ASL')).toEqual(alone)
  })

  it('fixed gives the same batches each epoch, shortest first', () => {
    const clips = lengths('ASL', 20)
    const plan = planEpoch(clips, { ...settings, order: 'fixed' })
    expect(planEpoch(clips, { ...settings, order: 'fixed', epoch: 5 })).toEqual(plan)
    expect(plan.map(({ target }) => target)).toEqual(plan.map(({ target }) => target).sort((a, b) => a - b))
  })

  it('plans nothing for no clips', () => expect(planEpoch([], settings)).toEqual([]))
})
