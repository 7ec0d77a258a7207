import { describe, expect, it } from 'vitest'
import { SignError } from '../base/errors.js'
import { Random } from '../base/random.js'
import { COORDS } from '../motion/skeleton.js'
import { align, dtw, dtwMje, type Norm, type Series } from './dtw.js'

/** The cheapest path by walking all of them. */
function cheapest(a: Series, b: Series, dimension: number, norm: Norm, i = 0, j = 0): number {
  let here = 0
  for (let k = 0; k < dimension; k++) {
    const gap = Math.abs(a.values[i * dimension + k]! - b.values[j * dimension + k]!)
    here += norm === 'l1' ? gap : gap ** 2
  }
  if (norm === 'l2') here = Math.sqrt(here)
  if (i === a.length - 1 && j === b.length - 1) return here
  const next = [
    [i + 1, j],
    [i, j + 1],
    [i + 1, j + 1],
  ] as const
  const ways = next.filter(([y, x]) => y < a.length && x < b.length).map(([y, x]) => cheapest(a, b, dimension, norm, y, x))
  return here + Math.min(...ways)
}

function noise(random: Random, length: number, dimension: number): Series {
  return { values: Float64Array.from({ length: length * dimension }, () => random.normal()), length }
}

/** A motion whose every coordinate in frame i is `levels[i]`. */
function motion(levels: readonly number[]) {
  return { joints: Float32Array.from(levels.flatMap((level) => Array(COORDS).fill(level))), frames: levels.length }
}

describe('align', () => {
  it('skips a frame at the cost of its distance', () => {
    const { cost, path } = align({ values: [0, 1, 2], length: 3 }, { values: [0, 2], length: 2 }, 1, 'l1')
    expect(cost).toBe(1)
    expect(path[0]).toEqual([0, 0])
    expect(path.at(-1)).toEqual([2, 1])
  })

  it.each(['l1', 'l2'] as const)('finds the cheapest of all paths (%s), and a path of that cost', (norm) => {
    const random = new Random(3)
    for (let trial = 0; trial < 30; trial++) {
      const dimension = 1 + random.below(3)
      const a = noise(random, 1 + random.below(5), dimension)
      const b = noise(random, 1 + random.below(5), dimension)
      const { cost, path } = align(a, b, dimension, norm)
      expect(cost).toBeCloseTo(cheapest(a, b, dimension, norm), 12)

      const row = (series: Series, i: number): Series => ({
        values: Array.from(series.values).slice(i * dimension, (i + 1) * dimension),
        length: 1,
      })
      const along = path.reduce((sum, [i, j]) => sum + cheapest(row(a, i), row(b, j), dimension, norm), 0)
      expect(along).toBeCloseTo(cost, 12)
      for (const [n, [i, j]] of path.entries()) {
        if (n === 0) continue
        const [y, x] = path[n - 1]!
        expect([[1, 0], [0, 1], [1, 1]]).toContainEqual([i - y, j - x]) // biome-ignore format: one line reads better
      }
    }
  })
})

describe('dtw', () => {
  it('is the golden 1/3 a coordinate for [0, 1, 2] against [0, 2]', () => {
    expect(dtw(motion([0, 1, 2]), motion([0, 2])).distance).toBeCloseTo(COORDS / 3, 10)
  })

  it('divides by the reference, whichever is longer', () => {
    expect(dtw(motion([0, 2]), motion([0, 1, 2])).distance).toBeCloseTo(COORDS / 2, 10)
  })

  it('is blind to tempo', () => {
    expect(dtw(motion([0, 1, 2]), motion([0, 0, 1, 1, 1, 2])).distance).toBe(0)
  })

  it('refuses a motion without frames, naming the side', () => {
    expect(() => dtw(motion([0]), motion([]))).toThrow(SignError)
    expect(() => dtw(motion([0]), motion([]))).toThrow('DTW hypothesis: wanted at least one frame of 150 numbers')
  })
})

describe('dtwMje', () => {
  it('is the mean joint distance over the path', () => {
    // Path (0,0) (1,0) (2,1) or (0,0) (1,1) (2,1): distances 0, 1·√3, 0.
    expect(dtwMje(motion([0, 1, 2]), motion([0, 2]))).toBeCloseTo(Math.sqrt(3) / 3, 6)
  })

  it('is a constant offset’s length', () => {
    const moved = motion([0, 1, 2])
    for (let i = 0; i < moved.joints.length; i += 3) moved.joints[i]! += 0.25
    expect(dtwMje(motion([0, 1, 2]), moved)).toBeCloseTo(0.25, 6)
  })
})
