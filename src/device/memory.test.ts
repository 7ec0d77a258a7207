import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, type PlannedStep, planSlots, type Tensor } from './memory.js'

const tensor = (name: string, numbers: number): Tensor => ({ name, shape: [numbers], dtype: 'f32' })

/** A chain of dispatches, each filling one tensor and reading some that were filled before. */
const chains = fc
  .array(fc.record({ numbers: fc.integer({ min: 1, max: 100 }), reads: fc.array(fc.nat(), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((dispatches) => {
    const tensors = dispatches.map(({ numbers }, i) => tensor(`t${i}`, numbers))
    const steps: PlannedStep[] = dispatches.map(({ reads }, i) => {
      const read = i === 0 ? [] : [...new Set(reads.map((r) => tensors[r % i]!))]
      return { label: `step ${i}`, tensors: [...read, tensors[i]!], fills: [tensors[i]!] }
    })
    return { tensors, steps }
  })

describe('planSlots', () => {
  it('never lets two tensors that are alive at once share a slot, and every slot is large enough', () => {
    fc.assert(
      fc.property(chains, fc.nat(), ({ tensors, steps }, pick) => {
        const pinned = new Set([tensors[pick % tensors.length]!])
        const { slots, slotOf, firstUse, lastUse } = planSlots(steps, pinned)
        for (const a of tensors) {
          expect(slots[slotOf.get(a)!]).toBeGreaterThanOrEqual(bytesOf(a))
          for (const b of tensors) {
            if (a === b || slotOf.get(a) !== slotOf.get(b)) continue
            expect(lastUse.get(a)! < firstUse.get(b)! || lastUse.get(b)! < firstUse.get(a)!, `${a.name} and ${b.name}`).toBe(true)
          }
        }
      }),
    )
  })

  it('needs two slots for a chain in which each dispatch reads the one before', () => {
    const tensors = Array.from({ length: 9 }, (_, i) => tensor(`t${i}`, 8))
    const steps = tensors.map((own, i) => ({ label: own.name, tensors: i === 0 ? [own] : [tensors[i - 1]!, own], fills: [own] }))
    expect(planSlots(steps, new Set()).slots).toEqual([32, 32])
  })

  it('refuses a tensor that is read before anything wrote it', () => {
    const steps = [{ label: 'decoder/add', tensors: [tensor('ghost', 4)], fills: [] }]
    expect(() => planSlots(steps, new Set())).toThrow('decoder/add: tensor ghost is read before anything wrote it')
  })
})
