import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { drawEpoch, type PrioritySettings, probabilities, rewardOf, skipRates } from './priority.js'

// The worked example of the definitions: five errors, their median 3.
const errors = [1, 2, 3, 4, 8]
const rewards = errors.map((error) => rewardOf(error, 3))
const settings: PrioritySettings = { mode: 'rl+plc', intensity: 1, uniform: 0.1, warmup: 5, ramp: 5, refresh: 10, maxSkip: 0.5 }
const closeTo = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4))

describe('rewards and priorities', () => {
  it('are those of the worked example', () => {
    expect(rewards).toEqual(closeTo([0.7937, 0.63, 0.5, 0.3969, 0.1575]))
    expect(probabilities(rewards, { intensity: 1, uniform: 0 })).toEqual(closeTo([0.3203, 0.2542, 0.2018, 0.1601, 0.0636]))
    expect(probabilities(rewards, { intensity: 2, uniform: 0 })).toEqual(closeTo([0.4317, 0.272, 0.1713, 0.1079, 0.017]))
  })

  it('are uniform at no intensity, and reward 1 while nothing was seen', () => {
    expect(probabilities(rewards, { intensity: 0, uniform: 0 })).toEqual(closeTo([0.2, 0.2, 0.2, 0.2, 0.2]))
    expect(rewardOf(7, 0)).toBe(1)
  })

  it('sum to 1, and leave every clip its uniform share, whatever the errors', () => {
    const error = fc.double({ min: 0, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(error, { minLength: 1, maxLength: 40 }),
        error,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, median, uniform) => {
          const p = probabilities(
            list.map((e) => rewardOf(e, median)),
            { intensity: 2, uniform },
          )
          expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
          for (const one of p) expect(one).toBeGreaterThanOrEqual(uniform / list.length - 1e-12)
        },
      ),
    )
  })
})

describe('drawEpoch', () => {
  const draw = (epoch: number, over: Partial<PrioritySettings> = {}, list: readonly number[] = errors, seed = 1) =>
    drawEpoch(list, 3, { ...settings, ...over }, epoch, new Random(seed))
  const everyClip = { clips: [0, 1, 2, 3, 4], skipped: [] }

  it('visits every clip once in the warm-up, at a refresh, and in modes that do not draw', () => {
    expect(draw(0)).toEqual(everyClip)
    expect(draw(4)).toEqual(everyClip)
    expect(draw(14)).toEqual(everyClip)
    for (const mode of ['mse', 'rl', 'rwr', 'reinforce'] as const) expect(draw(7, { mode })).toEqual(everyClip)
  })

  it('draws by priority: frequencies approach P(i)', () => {
    const list = Array.from({ length: 1000 }, (_, i) => errors[i % 5]!)
    const counts = new Array(5).fill(0)
    const epochs = 40
    for (let seed = 0; seed < epochs; seed++) {
      const { clips, skipped } = draw(12, { uniform: 0 }, list, seed)
      for (const i of [...clips, ...skipped]) counts[i % 5] += 1 / (1000 * epochs)
    }
    const wanted = probabilities(rewards, { intensity: 1, uniform: 0 })
    counts.forEach((share, i) => {
      expect(Math.abs(share - wanted[i]!)).toBeLessThan(0.01)
    })
  })

  it('skips what is worse than the median, up to its share', () => {
    const list = Array.from({ length: 100 }, (_, i) => errors[i % 5]!)
    const { clips, skipped } = draw(12, {}, list)
    expect(clips.length + skipped.length).toBe(100)
    expect(skipped.length).toBeGreaterThan(0)
    for (const i of skipped) expect(list[i]!).toBeGreaterThan(3)
    for (const i of clips) expect(list[i]!).toBeLessThanOrEqual(3)

    const bad = new Array(100).fill(8)
    expect(draw(12, {}, bad).skipped).toHaveLength(50)
    expect(draw(12, { maxSkip: 0 }, bad).skipped).toHaveLength(0)
  })

  it('prefers the worst, and skips none, where the formula is taken literally', () => {
    const list = Array.from({ length: 1000 }, (_, i) => errors[i % 5]!)
    const { clips, skipped } = draw(12, { mode: 'plc-literal', uniform: 0 }, list)
    expect(skipped).toEqual([])
    const worst = clips.filter((i) => i % 5 === 4).length / clips.length
    expect(Math.abs(worst - 8 / 18)).toBeLessThan(0.05)
  })

  it('comes out the same for the same random stream', () => {
    expect(draw(12)).toEqual(draw(12))
  })
})

describe('skipRates', () => {
  it('tells shares of draws, of all and by length', () => {
    const draw = { clips: [0, 1, 1, 2, 5], skipped: [2, 3, 4, 4, 5] }
    expect(skipRates(draw, [10, 20, 30, 40, 50, 60])).toEqual({ all: 0.5, short: 0, middle: 2 / 3, long: 3 / 4 })
  })

  it('are 0 where nothing was drawn', () => {
    expect(skipRates({ clips: [0], skipped: [] }, [10, 20, 30])).toEqual({ all: 0, short: 0, middle: 0, long: 0 })
  })
})
