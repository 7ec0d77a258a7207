// How many steps are run, and when, by a program without a GPU.

import { describe, expect, it } from 'vitest'
import { runSteps, type Steps } from './decoding_loop.js'

/** Notes what is started and what is still unread; reports how many steps were run. */
class Counting {
  readonly times: number[] = []
  readonly stride: number
  steps = 0
  unread = 0
  mostUnread = 0

  constructor(stride = 1) {
    this.stride = stride
  }

  async start({ times = 1 } = {}) {
    this.times.push(times)
    this.steps += times * this.stride
    this.mostUnread = Math.max(this.mostUnread, ++this.unread)
    const report = Uint32Array.of(this.steps).buffer
    return {
      read: async () => {
        this.unread--
        return [report]
      },
      drop: () => void this.unread--,
    }
  }

  async run(steps: Partial<Steps<number>>, signal?: AbortSignal, each: (steps: number) => void = () => undefined): Promise<number[]> {
    const defaults = { chunk: 8, stride: this.stride, expected: 8, further: 8, expect: () => 0 }
    const read = ([report]: readonly ArrayBuffer[]) => new Uint32Array(report!)[0]!
    const results: number[] = []
    for await (const result of runSteps(this, { ...defaults, read, ...steps }, signal)) {
      results.push(result)
      each(result)
    }
    return results
  }
}

const until = (end: number) => (steps: number) => (steps >= end ? ('done' as const) : 0)

describe('the decoding loop', () => {
  it('runs nothing in vain where nothing tells when the end comes', async () => {
    const counting = new Counting()
    expect(await counting.run({ expect: until(17) })).toEqual([8, 16, 24])
    expect([counting.times, counting.mostUnread]).toEqual([[8, 8, 8], 1])
  })

  it('keeps two submissions with the GPU where steps are expected', async () => {
    const counting = new Counting()
    await counting.run({ expected: 30, expect: (steps) => (steps >= 30 ? 'done' : 30) })
    expect([counting.times, counting.mostUnread]).toEqual([[8, 8, 8, 6], 2])
  })

  it('ends where there is no room for more, the last submission rounded up to whole runs', async () => {
    const counting = new Counting(2)
    expect(await counting.run({ most: 13 })).toEqual([8, 14])
    expect(counting.times).toEqual([4, 3])
    const short = new Counting(2)
    expect(await short.run({ most: 1 })).toEqual([2])
  })

  it('rejects with the reason when aborted before, between results, or while it waits', async () => {
    const reason = new Error('enough')
    const before = new Counting()
    await expect(before.run({}, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(before.times).toEqual([])
    const between = new Counting()
    const controller = new AbortController()
    const aborts = (steps: number) => (steps === 16 ? controller.abort(reason) : undefined)
    await expect(between.run({ expected: 64 }, controller.signal, aborts)).rejects.toBe(reason)
    const waiting = new Counting()
    const later = new AbortController()
    const last = waiting.run({ expect: () => 'done' }, later.signal)
    later.abort(reason)
    await expect(last).rejects.toBe(reason)
    expect([between.unread, waiting.unread]).toEqual([0, 0])
  })

  it('leaves no report behind where reading one fails', async () => {
    const counting = new Counting()
    const read = () => {
      throw new Error('not finite')
    }
    await expect(counting.run({ expected: 64, read })).rejects.toThrow('not finite')
    expect(counting.unread).toBe(0)
  })
})
