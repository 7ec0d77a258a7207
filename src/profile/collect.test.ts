import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Gpu } from '../device/gpu.js'
import { openGpu } from '../platform/node/open.js'
import { shaderFromPackage } from '../platform/node/shader_files.js'
import { parseRunConfig } from '../tasks/text_to_pose/config.js'
import { textToPose } from '../tasks/text_to_pose/task.js'
import { taskRun } from '../train/task.js'
import { madeUpCeilings } from './ceilings.testing.js'
import { type Collected, collect } from './collect.js'
import { profileKernel } from './kernel.js'
import { formatProfile } from './table.js'
import { traceEvents } from './trace.js'
import { trainSubject } from './train.js'

const run = taskRun(
  textToPose,
  parseRunConfig(
    `
name: profiled
data: [{ synthetic: { languages: [ASL], clipsPerLanguage: 12, words: 6, wordsPerSentence: [1, 2] } }]
model: { width: 16, heads: 2, hidden: 16, dropout: 0, encoderLayers: 1, decoderLayers: 1, maxFrames: 40, maxTokens: 8 }
batch: { size: 2, bucket: 40 }
learning: { mode: rl+plc }
`,
    'test',
  ),
)
const STEPS = 3
const paces = madeUpCeilings(1, 10)
const ceilings = async () => paces

let gpu: Gpu
/** The same adapter, opened without timestamp-query. */
let blind: Gpu
beforeAll(async () => {
  gpu = (await openGpu()).gpu
  const adapter = await (gpu.keepAlive as GPU).requestAdapter()
  const device = await adapter!.requestDevice()
  const wait = <T>(work: Promise<T>) => gpu.wait(work)
  const { software } = gpu
  blind = new Gpu(device, { shaders: shaderFromPackage, wait, software, label: 'without timestamps', keepAlive: [gpu, adapter] })
})
afterAll(async () => {
  await blind.destroy()
  await gpu.destroy()
})

async function profileOn(device: Gpu): Promise<Collected> {
  const subject = await trainSubject(device, run)
  try {
    return await collect(device, subject, STEPS, ceilings)
  } finally {
    await subject.destroy()
  }
}

describe.each(['timestamps', 'submissions'] as const)('collect by %s', (method) => {
  let collected: Collected
  beforeAll(async () => {
    collected = await profileOn(method === 'timestamps' ? gpu : blind)
  })

  it('times every dispatch of the step, by place, kernel and variant', () => {
    const { profile } = collected
    expect(profile.method).toBe(method)
    expect(profile.rows.reduce((sum, { calls }) => sum + calls, 0)).toBe(profile.memory.programs[0]!.dispatches)
    for (const { ms, kernel } of profile.rows) {
      expect(ms.samples, kernel).toHaveLength(STEPS)
      expect(ms.best, kernel).toBeGreaterThanOrEqual(0)
    }
    // Which variant runs is the adapter's choice; that it is told, is not.
    const variant = expect.stringMatching(/^attention(_subgroup|_tiled)?$/)
    expect(profile.rows).toContainEqual(expect.objectContaining({ path: 'decoder.0/self', kernel: 'attention', variant, calls: 1 }))
    expect(profile.rows).toContainEqual(expect.objectContaining({ path: 'backward/pose', kernel: 'linear_grad' }))
    expect(profile.rows.find(({ kernel }) => kernel === 'adamw')).toMatchObject({ traffic: 'cached updates' })
    expect(profile.rows.find(({ kernel }) => kernel === 'sum_squares')).toMatchObject({ traffic: 'cached read' })
  })

  it('puts both clocks on one line: no dispatch after the step, none before the one before it', () => {
    const { profile, timelines } = collected
    expect(timelines).toHaveLength(STEPS)
    for (const { host, gpu: spans } of timelines) {
      const end = host.at(-1)!.end
      expect(spans.at(-1)!.end).toBeLessThanOrEqual(end)
      spans.forEach(({ begin, end: done }, i) => {
        expect(begin).toBeLessThanOrEqual(done)
        if (i > 0) expect(begin).toBeGreaterThanOrEqual(spans[i - 1]!.begin)
      })
    }
    const stamps = traceEvents('test', profile.rows, timelines).map(({ ts }) => ts)
    expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
  })

  it('takes no more for its dispatches than the profiled step took, and prints it all', () => {
    const { profile } = collected
    const spent = profile.rows.reduce((sum, { ms }) => sum + ms.best, 0)
    expect(spent).toBeGreaterThan(0)
    expect(spent).toBeLessThan(profile.step!.profiled.high)
    const { stampMs, floorMs, floorShare, plain } = profile.step!
    expect(stampMs).toBeGreaterThanOrEqual(0)
    const floors = profile.rows.reduce(
      (sum, { flops, bytes, traffic }) => sum + Math.max(bytes / 1e6 / paces.gigabytes[traffic], flops / 1e7),
      0,
    )
    expect(floorMs).toBeCloseTo(floors, 9)
    expect(floorShare).toBeCloseTo(floors / plain.median, 9)
    expect(formatProfile(profile)).toMatch(method === 'timestamps' ? /timed by timestamp queries/ : /no timestamp-query on this adapter/)
  })
})

it('leaves the GPU as it was', () => {
  expect([gpu.timer, blind.timer]).toEqual([undefined, undefined])
})

describe('profileKernel', () => {
  it('refuses a name that no kernel begins with, naming those there are', async () => {
    await expect(profileKernel(gpu, 'nothing', run, ceilings)).rejects.toThrow(
      /wanted a kernel that this run's training or decoding uses, got 'nothing'. Choose among adamw, .*attention_row, .*next_frame/,
    )
  })

  it('times a kernel at each shape of training or decoding', async () => {
    const { rows, step } = await profileKernel(gpu, 'next_frame', run, ceilings)
    expect(step).toBeNull()
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ kernel: 'next_frame', path: expect.stringMatching(/^next_frame: batch 1, capacity 40, .*\(1×\)$/) })
    expect(rows[0]!.ms.median).toBeGreaterThan(0)
  })
})
