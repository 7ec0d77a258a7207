import { describe, expect, it } from 'vitest'
import { ahead } from './ahead.js'

describe('ahead', () => {
  it('keeps the order, with no more under way than asked', async () => {
    let running = 0
    let most = 0
    const work = async (n: number): Promise<number> => {
      most = Math.max(most, ++running)
      for (let i = 0; i < 10 - n; i++) await Promise.resolve()
      running -= 1
      return n * n
    }
    const got: number[] = []
    for await (const square of ahead([1, 2, 3, 4, 5, 6], 3, work)) got.push(square)
    expect(got).toEqual([1, 4, 9, 16, 25, 36])
    expect(most).toBe(3)
  })

  it('fails in its turn', async () => {
    const got: number[] = []
    const all = async (): Promise<void> => {
      for await (const n of ahead([1, 2, 3], 3, async (n) => (n === 2 ? Promise.reject(new Error('two')) : n))) got.push(n)
    }
    await expect(all()).rejects.toThrow('two')
    expect(got).toEqual([1])
  })
})
