import { describe, expect, it } from 'vitest'
import { fastAlign } from './fastdtw.js'
import { walk } from './series.testing.js'
import { aboveFirst, cheapestPath } from './warp.js'

const exact = (a: ReturnType<typeof walk>, b: ReturnType<typeof walk>) =>
  cheapestPath(a.length, b.length, (i, j) => Math.abs(a.values[i]! - b.values[j]!), aboveFirst)

describe('fastAlign', () => {
  it('is exact where there is nothing to make coarser', () => {
    for (let columns = 1; columns < 9; columns++) {
      const [a, b] = [walk(columns, 2, 1), walk(columns + 50, columns, 1)]
      expect(fastAlign(a, b, 1)).toEqual(exact(a, b))
    }
  })

  it('never finds a cheaper path than the cheapest, misses it now and then, and always reaches the end by legal steps', () => {
    let missed = 0
    for (let seed = 0; seed < 40; seed++) {
      const [a, b] = [walk(seed, 3 + (seed % 17), 1), walk(seed + 99, 3 + ((seed * 7) % 23), 1)]
      const { cost, path } = fastAlign(a, b, 1)
      const best = exact(a, b).cost
      expect(cost).toBeGreaterThanOrEqual(best - 1e-12)
      if (cost > best + 1e-9) missed++
      expect([path[0], path.at(-1)]).toEqual([
        [0, 0],
        [a.length - 1, b.length - 1],
      ])
      for (const [n, [i, j]] of path.entries()) if (n > 0) expect([1, 10, 11]).toContain((i - path[n - 1]![0]) * 10 + j - path[n - 1]![1])
    }
    expect(missed).toBeGreaterThan(0)
  })

  it('goes from above among equally cheap ways', () => {
    const flat = { values: new Float64Array(2), length: 2 }
    expect(fastAlign(flat, flat, 1).path).toEqual([[0, 0], [0, 1], [1, 1]]) // biome-ignore format: one line reads better
  })
})
