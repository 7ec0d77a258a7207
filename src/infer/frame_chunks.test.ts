// How many frames are run, and when they are looked at, by a program without a GPU: sentences end where the test says.

import { describe, expect, it } from 'vitest'
import { COORDS } from '../motion/skeleton.js'
import { type Chunk, frameStride, runFrames } from './frame_chunks.js'

const FRAME = frameStride(COORDS)
const CAPACITY = 100
const WHOLE = 2

/** Sentences of so many frames each, their counters as `counterAt` says; notes how many frames are started and how many chunks are unread. */
class Signing {
  readonly lengths: readonly number[]
  readonly counterAt: (frame: number, length: number) => number
  readonly times: number[] = []
  frames = 0
  unread = 0
  mostUnread = 0

  constructor(lengths: readonly number[], counterAt = (frame: number, length: number) => (WHOLE * frame) / length) {
    this.lengths = lengths
    this.counterAt = counterAt
  }

  async start({ times = 1 } = {}) {
    this.times.push(times)
    this.frames += times
    this.mostUnread = Math.max(this.mostUnread, ++this.unread)
    const ran = this.frames
    const done = Uint32Array.from(this.lengths, (length) => (ran >= length ? length : 0))
    const frames = new Float32Array(this.lengths.length * CAPACITY * FRAME)
    this.lengths.forEach((length, b) => {
      for (let t = 0; t < Math.min(ran, length); t++) frames[(b * CAPACITY + t) * FRAME + COORDS] = this.counterAt(t + 1, length)
    })
    return {
      read: async () => {
        this.unread--
        return [done.buffer, frames.buffer]
      },
      drop: () => void this.unread--,
    }
  }

  async run(known?: number, signal?: AbortSignal): Promise<Chunk[]> {
    const chunks: Chunk[] = []
    for await (const chunk of runFrames(this, this.lengths.length, { frames: known, whole: WHOLE, numbers: COORDS }, signal))
      chunks.push(chunk)
    return chunks
  }
}

describe('frames in chunks', () => {
  it('are no more than asked for where the number is known, two chunks under way at most', async () => {
    const signing = new Signing([40, 23])
    const chunks = await signing.run(40)
    expect(signing.times).toEqual([16, 16, 8])
    expect(signing.mostUnread).toBe(2)
    expect(chunks.map(({ ran, done }) => [ran, ...done])).toEqual([
      [16, 0, 0],
      [32, 0, 23],
      [40, 40, 23],
    ])
  })

  it('go as far as the slowest sentence’s counter promises, and not on', async () => {
    const signing = new Signing([20, 57])
    expect((await signing.run()).at(-1)!.done).toEqual([20, 57])
    expect(signing.frames).toBe(57)
  })

  it('go on in small chunks where a counter promised too much', async () => {
    // Runs at twice its pace until frame 20, then stands still.
    const signing = new Signing([50], (frame) => (WHOLE * Math.min(20, frame)) / 25)
    expect((await signing.run()).at(-1)!.done).toEqual([50])
    expect(signing.frames).toBeLessThan(50 + 16)
  })

  it('are never more than there is room for, however slow the counter', async () => {
    const signing = new Signing([CAPACITY], () => 1e-6)
    await signing.run()
    expect(signing.frames).toBe(CAPACITY)
  })

  it('leave no report behind: not after an end that came early, not when nobody wants more, not when aborted', async () => {
    const early = new Signing([18], (frame) => (WHOLE * frame) / 90)
    await early.run()
    expect(early.frames).toBeGreaterThan(18)
    const unwanted = new Signing([90])
    for await (const _ of runFrames(unwanted, 1, { frames: 90, whole: WHOLE, numbers: COORDS }, undefined)) break
    const aborted = new Signing([90])
    const controller = new AbortController()
    const running = (async () => {
      for await (const { ran } of runFrames(aborted, 1, { frames: 90, whole: WHOLE, numbers: COORDS }, controller.signal))
        if (ran === 32) controller.abort(new Error('enough'))
    })()
    await expect(running).rejects.toThrow('enough')
    expect([early.unread, unwanted.unread, aborted.unread]).toEqual([0, 0, 0])
    expect(aborted.frames).toBeLessThanOrEqual(64)
  })
})
