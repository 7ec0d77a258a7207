import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../../base/random.js'
import { drawEpoch, type PrioritySettings, probabilities, skipRates } from './priority.js'
import { rewardedClips, rewardOf, type VisitedErrors } from './priority_rewards.js'

// The worked example of the definitions: five errors, their median 3.
const errors = [1, 2, 3, 4, 8]
const rewards = errors.map((error) => rewardOf(error, 3))
const settings: PrioritySettings = {
  mode: 'rl+plc',
  priority: 'error',
  intensity: 1,
  uniform: 0.1,
  warmup: 5,
  ramp: 5,
  refresh: 10,
  maxSkip: 0.5,
}
/** Clips visited once. */
const visited = (last: readonly number[], median = 3): VisitedErrors => ({
  last,
  before: last.map(() => Number.NaN),
  frames: last.map(() => 10),
  median,
})
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
    drawEpoch(visited(list), { ...settings, ...over }, epoch, new Random(seed))
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

describe('length-class', () => {
  // Long clips are signed ten times worse than short ones, and within a length some clips a little worse than others.
  const frames = Array.from({ length: 3000 }, (_, i) => 20 + Math.floor(i / 1000) * 40 + (i % 7))
  const last = frames.map((_, i) => [1, 3, 10][Math.floor(i / 1000)]! * errors[i % 5]!)
  const before = last.map(() => Number.NaN)
  const ratesOf = (priority: PrioritySettings['priority']) =>
    skipRates(drawEpoch({ last, before, frames, median: 6 }, { ...settings, priority, maxSkip: 0.9 }, 12, new Random(3)), frames)

  it('holds a clip against those of its own third by length', () => {
    const thirds = rewardedClips(
      { last: [0.5, 2, 4, 5, 20, 40, 100, Number.NaN, 400], before: [], frames: [1, 2, 3, 4, 5, 6, 7, 8, 9], median: 7 },
      'length-class',
    )
    expect(thirds.map(({ clips }) => clips)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ])
    // Medians 2, 20 and 400, the upper of two; what was never visited has reward 1.
    expect(thirds.map(({ rewards }) => rewards)).toEqual([
      closeTo([0.8409, 0.5, 0.25]),
      closeTo([0.8409, 0.5, 0.25]),
      closeTo([0.8409, 1, 0.5]),
    ])
  })

  it('skips as much of the long clips as of the short ones, which the error alone does not', () => {
    const [error, byClass] = [ratesOf('error'), ratesOf('length-class')]
    expect(error.short).toBeLessThan(0.2)
    expect(error.long).toBeGreaterThan(0.5)
    // Two of the five errors are above their third's median: 0.9·(R_4 + R_5)/Σ R + 0.1·2/5.
    for (const rate of [byClass.short, byClass.middle, byClass.long]) expect(Math.abs(rate - 0.241)).toBeLessThan(0.03)
  })

  it('draws each third as often as it has clips', () => {
    const { clips, skipped } = drawEpoch({ last, before, frames, median: 6 }, { ...settings, priority: 'length-class' }, 12, new Random(3))
    const drawn = [...clips, ...skipped]
    for (const third of [0, 1, 2]) expect(drawn.filter((i) => Math.floor(i / 1000) === third)).toHaveLength(1000)
  })

  it('leaves no clip out of languages with fewer clips than thirds', () => {
    for (const few of [[5], [5, 9]])
      expect(rewardedClips({ ...visited(few), frames: few }, 'length-class').flatMap(({ clips }) => clips)).toEqual(few.map((_, i) => i))
  })
})

describe('improvement', () => {
  const errorsOf = (pairs: readonly (readonly [before: number, last: number])[]): VisitedErrors => ({
    ...visited(pairs.map(([, last]) => last)),
    before: pairs.map(([before]) => before),
  })
  const known = errorsOf([
    [8, 4], // fell by 4
    [3, 2], // by 1
    [2, 2], // not at all
    [1, 5], // rose
    [Number.NaN, 1], // visited once
    [Number.NaN, Number.NaN], // never
  ])

  it('rewards by how much an error fell, and what may still fall as the most', () => {
    const [{ rewards, isPoor }] = rewardedClips(known, 'improvement') as [ReturnType<typeof rewardedClips>[number]]
    expect(rewards).toEqual([1, 0.25, 0, 0, 1, 1])
    expect(rewards.map(isPoor)).toEqual([false, false, true, true, false, false])
  })

  it('draws in proportion, and skips what did not improve', () => {
    const list = Array.from({ length: 1000 }, (_, i) => [known.before[i % 6]!, known.last[i % 6]!] as const)
    const { clips, skipped } = drawEpoch(errorsOf(list), { ...settings, priority: 'improvement' }, 12, new Random(5))
    const share = (of: number) => clips.filter((i) => i % 6 === of).length / 1000
    // (1 − ε)·R / 3.25 + ε/6, ε = 0.1
    expect(Math.abs(share(0) - (0.9 / 3.25 + 0.1 / 6))).toBeLessThan(0.04)
    expect(Math.abs(share(1) - (0.225 / 3.25 + 0.1 / 6))).toBeLessThan(0.03)
    expect([share(2), share(3)]).toEqual([0, 0])
    expect(skipped.length / 1000).toBeGreaterThan(0.01)
    expect(new Set(skipped.map((i) => i % 6))).toEqual(new Set([2, 3]))
  })

  it('visits at random, up to the share that may be skipped, where nothing improves', () => {
    const still = errorsOf(Array.from({ length: 100 }, () => [2, 2] as const))
    const { clips, skipped } = drawEpoch(still, { ...settings, priority: 'improvement' }, 12, new Random(5))
    expect([clips.length, skipped.length]).toEqual([50, 50])
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
