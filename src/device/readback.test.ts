import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { add } from '../kernels/add.js'
import { openGpu } from '../platform/node/open.js'
import type { Gpu } from './gpu.js'
import { Program, Recorder } from './program.js'

let gpu: Gpu
let program: Program
const recorder = new Recorder()
const x = recorder.feed('x', [4])
// Never written, so 0.
const zero = recorder.feed('zero', [4])
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  const y = recorder.tensor('y', [4])
  recorder.run(add, { a: x, b: zero, y }, { n: 4 })
  recorder.report(y)
  program = await Program.build(gpu, recorder)
})
afterAll(async () => {
  program.destroy()
  await gpu.destroy()
})

/** Starts a run on four times the same number. */
function start(value: number) {
  program.write(x, new Float32Array(4).fill(value))
  return program.start()
}
const first = async (reports: Promise<ArrayBuffer[]>) => new Float32Array((await reports)[0]!)[0]

describe('the reports of runs that are started before earlier ones were read', () => {
  it('are each of its own run, whoever is read first, as often as one asks', async () => {
    const started = [await start(1), await start(2), await start(3)] as const
    expect(await first(started[2].read())).toBe(3)
    expect(await first(started[0].read())).toBe(1)
    // The place where the third and first were left is taken again while the second waits.
    const later = await start(4)
    expect(await first(later.read())).toBe(4)
    expect(await first(started[1].read())).toBe(2)
    expect(await first(started[0].read())).toBe(1)
  })

  it('are asked for only when read: until then no wait is open that would poll', async () => {
    const { wait } = gpu
    let waits = 0
    gpu.wait = (promise) => {
      waits++
      return wait.call(gpu, promise) as never
    }
    try {
      const started = await start(5)
      expect(waits).toBe(0)
      expect(await first(started.read())).toBe(5)
      expect(waits).toBe(1)
    } finally {
      gpu.wait = wait
    }
  })

  it('need no more memory from step to step, read or dropped', async () => {
    const { device } = gpu
    const create = device.createBuffer.bind(device)
    let made = 0
    device.createBuffer = (descriptor) => {
      made++
      return create(descriptor)
    }
    try {
      let last = await start(0)
      for (let i = 1; i < 6; i++) {
        const next = await start(i)
        expect(await first(last.read())).toBe(i - 1)
        last = next
      }
      last.drop()
      for (let i = 6; i < 12; i++) (await start(i)).drop()
      expect(await first((await start(12)).read())).toBe(12)
    } finally {
      device.createBuffer = create
    }
    expect(made).toBe(0)
  })

  it('are each of its own run after one that was timed, and so read already, was dropped', async () => {
    gpu.timer = {
      encode: async (timed, encoder) => {
        timed.encode(encoder)
        return encoder
      },
      finish: async () => undefined,
    }
    const timed = await start(1)
    gpu.timer = undefined
    timed.drop()
    const started = [await start(2), await start(3)] as const
    expect([await first(started[0].read()), await first(started[1].read())]).toEqual([2, 3])
  })
})
