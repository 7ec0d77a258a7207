import { describe, expect, it } from 'vitest'
import { createSchedule, type Schedule } from './schedule.js'

const released = { kind: 'plateau', factor: 0.7, patience: 7, minRate: 2e-4 } as const

/** Validates n times with the same score. */
function validate(schedule: Schedule, score: number, n: number): void {
  for (let i = 0; i < n; i++) schedule.afterValidation(score)
}

describe('plateau', () => {
  it('lowers the rate at the eighth validation without improvement', () => {
    const schedule = createSchedule(released, 1e-3)
    validate(schedule, 10, 1 + 7)
    expect(schedule.rate(1)).toBe(1e-3)
    validate(schedule, 10, 1)
    expect(schedule.rate(1)).toBeCloseTo(7e-4, 12)
  })

  it('goes 1e-3, 7e-4, 4.9e-4, 3.43e-4, 2.401e-4, 1.6807e-4 and stops there', () => {
    const schedule = createSchedule(released, 1e-3)
    schedule.afterValidation(10)
    const rates: number[] = []
    while (!schedule.stopped) {
      validate(schedule, 10, 8)
      rates.push(schedule.rate(1))
    }
    ;[7e-4, 4.9e-4, 3.43e-4, 2.401e-4, 1.6807e-4].forEach((rate, i) => void expect(rates[i]).toBeCloseTo(rate, 12))
    expect(rates).toHaveLength(5)
  })

  it('starts counting again after an improvement, but not after one within 1e-8', () => {
    const schedule = createSchedule(released, 1e-3)
    validate(schedule, 10, 8)
    schedule.afterValidation(10 - 0.9e-8)
    expect(schedule.rate(1)).toBeCloseTo(7e-4, 12)
    validate(schedule, 10, 7)
    schedule.afterValidation(9.9)
    validate(schedule, 10, 7)
    expect(schedule.rate(1)).toBeCloseTo(7e-4, 12)
  })

  it('takes NaN for no improvement', () => {
    const schedule = createSchedule(released, 1e-3)
    schedule.afterValidation(10)
    validate(schedule, Number.NaN, 8)
    expect(schedule.rate(1)).toBeCloseTo(7e-4, 12)
  })

  it('goes on from a saved state as if it had never stopped', () => {
    const scores = [9, 8, 8, 8, 8, 8, 8, 7.5, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8]
    const whole = createSchedule({ ...released, patience: 2 }, 1e-3)
    scores.forEach((score) => void whole.afterValidation(score))
    for (let cut = 0; cut <= scores.length; cut++) {
      const first = createSchedule({ ...released, patience: 2 }, 1e-3)
      scores.slice(0, cut).forEach((score) => void first.afterValidation(score))
      const second = createSchedule({ ...released, patience: 2 }, 1e-3)
      second.restore(JSON.parse(JSON.stringify(first.state())))
      scores.slice(cut).forEach((score) => void second.afterValidation(score))
      expect(second.state()).toEqual(whole.state())
    }
  })
})

describe('warmup-cosine', () => {
  const schedule = createSchedule({ kind: 'warmup-cosine', warmup: 200, steps: 2000, floor: 0.05 }, 1e-3)

  it.each([
    [1, 5e-6],
    [100, 5e-4],
    [200, 1e-3],
    [1100, 0.525e-3], // half way down to the floor
    [2000, 5e-5],
    [9999, 5e-5],
  ])('step %i has rate %f', (step, rate) => void expect(schedule.rate(step)).toBeCloseTo(rate, 12))

  it('may rise from a share of the rate, as Sign2GPT’s does', () => {
    const published = createSchedule({ kind: 'warmup-cosine', warmup: 100, start: 0.01, steps: 2000, floor: 0.01 }, 3e-4)
    expect(published.rate(50)).toBeCloseTo(3e-4 * 0.505, 12)
    expect(published.rate(100)).toBeCloseTo(3e-4, 12)
    expect(published.rate(2000)).toBeCloseTo(3e-6, 12)
  })

  it('may do without a rise', () => {
    expect(createSchedule({ kind: 'warmup-cosine', warmup: 0, steps: 10, floor: 0 }, 1).rate(5)).toBeCloseTo(0.5, 12)
  })
})

describe('any schedule', () => {
  it('constant stays, and never stops', () => {
    const schedule = createSchedule({ kind: 'constant' }, 3e-4)
    validate(schedule, 1, 100)
    expect([schedule.rate(1), schedule.rate(1e6), schedule.stopped]).toEqual([3e-4, 3e-4, false])
    schedule.restore(schedule.state())
  })

  it("refuses another schedule's state", () => {
    const plateau = createSchedule(released, 1e-3)
    const constant = createSchedule({ kind: 'constant' }, 1e-3)
    expect(() => plateau.restore(constant.state())).toThrow("schedule state: wanted the state of this run's schedule, got {}")
    expect(() => constant.restore(plateau.state())).toThrow('schedule state')
  })
})
