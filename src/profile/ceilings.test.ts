import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../device/gpu.js'
import type { AnyKernel } from '../device/kernel.js'
import { Program, Recorder } from '../device/program.js'
import { openGpu } from '../platform/node/open.js'
import { type CeilingKernel, memoryKernels, WHOLE } from './ceiling_kernels.js'
import { floorOf, formatCeilings, higher, measureAgain } from './ceilings.js'
import { madeUpCeilings } from './ceilings.testing.js'
import { PATTERNS } from './traffic.js'

describe('floorOf', () => {
  const ceilings = { ...madeUpCeilings(10, 100), gigabytes: { ...madeUpCeilings(10, 100).gigabytes, updates: 40 } }

  it('holds bytes against the ceiling of their traffic', () => {
    expect(floorOf({ flops: 0, bytes: 1e7, traffic: 'copy' }, ceilings)).toEqual({ ceiling: 'copy', ms: 1 })
    expect(floorOf({ flops: 0, bytes: 1e7, traffic: 'cached copy' }, ceilings)).toEqual({ ceiling: 'cached copy', ms: 0.5 })
    expect(floorOf({ flops: 0, bytes: 1e7, traffic: 'updates' }, ceilings)).toEqual({ ceiling: 'updates', ms: 0.25 })
  })

  it('is the longer one of bytes and flops', () => {
    expect(floorOf({ flops: 2e8, bytes: 1e7, traffic: 'copy' }, ceilings)).toEqual({ ceiling: 'multiply-add', ms: 2 })
  })
})

it('the higher of two measurements is so ceiling by ceiling', () => {
  const [a, b] = [madeUpCeilings(10, 50), madeUpCeilings(5, 100)]
  const both = higher(a, { ...b, gigabytes: { ...b.gigabytes, read: 30 } })
  expect(both.gigabytes).toEqual({ ...a.gigabytes, read: 30 })
  expect(both.gigaflops).toBe(100)
})

it('every pattern is in the line that tells them', () => {
  for (const pattern of PATTERNS) expect(formatCeilings(madeUpCeilings(10, 100))).toContain(`${pattern} 10.0 (cached 20.0)`)
})

describe('on this adapter,', () => {
  let gpu: Gpu
  beforeAll(async () => {
    gpu = (await openGpu()).gpu
  })
  afterAll(() => gpu.destroy())

  /** What every buffer holds after one run, the k-th filled with k + 1. */
  async function contentsAfter(kernel: CeilingKernel): Promise<Record<string, Float32Array>> {
    const recorder = new Recorder()
    const names = Object.keys(kernel.buffers)
    const tensors = Object.fromEntries(names.map((name) => [name, recorder.feed(name, [WHOLE / 4])]))
    recorder.run(kernel, tensors, { n: WHOLE / 4 })
    for (const name of names) recorder.report(tensors[name]!)
    const program = await Program.build(gpu, recorder)
    names.forEach((name, k) => {
      program.write(tensors[name]!, new Float32Array(WHOLE / 4).fill(k + 1))
    })
    const results = await program.run()
    program.destroy()
    return Object.fromEntries(names.map((name, k) => [name, new Float32Array(results[k]!)]))
  }
  const everywhere = (array: Float32Array, value: number) => array.every((found) => found === value)

  it('measured again, a ceiling only ever rises, and what comes from memory raises what comes from caches', async () => {
    const low = madeUpCeilings(1e-6, 100)
    const [far, near] = [await measureAgain(gpu, low, 'update'), await measureAgain(gpu, low, 'cached update')]
    expect(far.gigabytes.update).toBeGreaterThan(1e-3)
    expect(far.gigabytes['cached update']).toBe(far.gigabytes.update)
    expect(near.gigabytes['cached update']).toBeGreaterThan(1e-3)
    expect(near).toEqual({ ...low, gigabytes: { ...low.gigabytes, 'cached update': near.gigabytes['cached update'] } })
    const high = madeUpCeilings(1e6, 100)
    expect(await measureAgain(gpu, high, 'read')).toEqual(high)
  })

  it.each([
    ['merge', 'y', 3],
    ['copy', 'y', 1],
    ['update', 'y', 3],
    ['updates', 'a', 3],
    ['updates', 'b', 4],
    ['updates', 'c', 5],
  ] as const)('no variant of %s leaves out any of %s, all %d then', async (pattern, name, value) => {
    for (const kernel of memoryKernels[pattern]) expect(everywhere((await contentsAfter(kernel))[name]!, value)).toBe(true)
  })

  it('every variant of read adds up all there is, each lane its share, and writes nothing else', async () => {
    for (const kernel of memoryKernels.read) {
      const { y } = await contentsAfter(kernel)
      const { grid, constants } = gpu.variant(kernel as unknown as AnyKernel, { n: WHOLE / 4 })
      const written = 4 * grid[0] * constants.WG!
      expect(everywhere(y!.subarray(0, written), constants.EACH!)).toBe(true)
      expect(everywhere(y!.subarray(written), 2)).toBe(true)
      expect(written * constants.EACH!).toBe(WHOLE / 4)
    }
  })
})
