import { describe, expect, it } from 'vitest'
import { add } from '../kernels/add.js'
import { gelu } from '../kernels/gelu.js'
import { GPU_BUFFER } from './gpu.js'
import { type AnyKernel, candidatesOf } from './kernel.js'
import { openGpu } from './open.js'
import { Program, Recorder } from './program.js'
import { TUNING_FORMAT } from './tuning.js'

describe('a Gpu', () => {
  it('tells of invalid work on the next call, not at once', async () => {
    const { gpu } = await openGpu()
    const { device } = gpu
    const small = device.createBuffer({ size: 16, usage: GPU_BUFFER.COPY_DST })
    device.queue.writeBuffer(small, 0, new Uint8Array(4))
    const encoder = device.createCommandEncoder()
    encoder.copyBufferToBuffer(small, 0, small, 0, 16)
    encoder.finish()
    await device.queue.onSubmittedWorkDone()
    expect(() => gpu.check()).toThrow(/wanted valid GPU work, got [\s\S]+\. Please report it\./)
    await gpu.dispose()
  })

  it('says that its device was lost, and what to do', async () => {
    const { gpu } = await openGpu()
    gpu.device.destroy()
    await gpu.device.lost
    expect(() => gpu.buffer(16, 'x')).toThrow(/wanted a living device, got 'destroyed'.+Resume the run/)
    expect(() => gpu.check()).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_LOST', exitStatus: 3 }))
  })

  it('is used up once disposed, which may happen twice', async () => {
    const { gpu } = await openGpu()
    await gpu.dispose()
    await gpu.dispose()
    expect(() => gpu.buffer(16, 'x')).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }))
  })

  it('frees itself at the end of an await using', async () => {
    const { gpu } = await openGpu()
    {
      await using scoped = gpu
      scoped.check()
    }
    expect(() => gpu.check()).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }))
  })

  it('refuses what no binding can hold, by name and with both numbers', async () => {
    const { gpu } = await openGpu()
    const { maxStorageBufferBindingSize } = gpu.device.limits
    const n = maxStorageBufferBindingSize / 4 + 4
    const recorder = new Recorder()
    const x = { name: 'x', shape: [n], dtype: 'f32', region: { buffer: gpu.buffer(16, 'x'), offset: 0, bytes: 16 } } as const
    recorder.scope('feed', () => recorder.run(gelu, { x, y: recorder.tensor('y', [4]) }, { n: 4 }))
    await expect(Program.build(gpu, recorder)).rejects.toThrow(
      `feed/gelu: wanted x [${n}] of ${4 * n} bytes in one binding, got a limit of ${maxStorageBufferBindingSize}`,
    )
    await gpu.dispose()
  })
})

describe('a Gpu tuned otherwise', () => {
  it('takes other forms, leaves the first one its own, and shares all else with it', async () => {
    const { gpu } = await openGpu()
    const kernel = gelu as unknown as AnyKernel
    const params = { n: 1024 }
    const usual = gpu.form(kernel, params)
    const other = candidatesOf(kernel, gpu.traits).find(({ constants }) => constants.WG !== usual.constants.WG)!
    const shapes = [{ ...other, params, ms: 1, untunedMs: 2 }]
    const tuned = gpu.tunedAs({ format: TUNING_FORMAT, adapter: gpu.identity, kernels: { gelu: { files: [], hash: '', shapes } } })
    expect(tuned.form(kernel, params).constants).toEqual(other.constants)
    expect(gpu.form(kernel, params)).toEqual(usual)
    expect(tuned.tunedAs(undefined).form(kernel, params)).toEqual(usual)
    expect([tuned.name, tuned.label, tuned.identity]).toEqual([gpu.name, gpu.label, gpu.identity])
    expect(await tuned.tunedAs(undefined).pipeline(kernel, params)).toBe(await gpu.pipeline(kernel, params))

    const recorder = new Recorder()
    const x = { name: 'x', shape: [4], dtype: 'f32', region: { buffer: gpu.buffer(16, 'x'), offset: 0, bytes: 16 } } as const
    const y = recorder.tensor('y', [4])
    recorder.run(add, { a: x, b: x, y }, { n: 4 })
    await (await Program.build(tuned, recorder)).run()
    await tuned.dispose()
    for (const one of [gpu, tuned]) expect(() => one.check()).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }))
  })
})

describe('a program', () => {
  it('may be so long that its params together are more than one uniform binding holds', async () => {
    const { gpu } = await openGpu()
    const { maxUniformBufferBindingSize, minUniformBufferOffsetAlignment } = gpu.device.limits
    // The bound that most adapters have; a larger one makes no program long enough to be worth the wait.
    const steps = Math.min(maxUniformBufferBindingSize, 65536) / minUniformBufferOffsetAlignment + 1
    const recorder = new Recorder()
    const [first, one] = [recorder.feed('x', [4]), recorder.feed('one', [4])]
    let x = first
    for (let i = 0; i < steps; i++) {
      const y = recorder.tensor('y', [4])
      recorder.run(add, { a: x, b: one, y }, { n: 4 })
      x = y
    }
    recorder.report(x)
    const program = await Program.build(gpu, recorder)
    program.write(first, new Float32Array(4))
    program.write(one, new Float32Array(4).fill(1))
    const [sum] = await program.run()
    expect([...new Float32Array(sum!)]).toEqual([steps, steps, steps, steps])
    await gpu.dispose()
  })
})

describe('openGpu', () => {
  it('refuses a name no adapter has and lists what it tried', async () => {
    await expect(openGpu({ adapter: 'voodoo2' })).rejects.toThrow(/wanted adapter 'voodoo2', got none \(.+\)\. Name one that is there/)
  })

  it('reports what it chose, and the device has all of it', async () => {
    const { gpu, report } = await openGpu()
    const { device, traits } = gpu
    for (const [name, limit] of Object.entries(report.limits))
      expect([name, device.limits[name as keyof GPUSupportedLimits]]).toEqual([name, limit])
    // What every adapter grants unasked is the default: a device opened without its limits would have these.
    const wide = [
      'maxStorageBuffersPerShaderStage',
      'maxComputeWorkgroupStorageSize',
      'maxBufferSize',
      'maxStorageBufferBindingSize',
    ] as const
    const plain = await (await (gpu.keepAlive as GPU).requestAdapter())!.requestDevice()
    expect(wide.every((name) => report.limits[name]! >= plain.limits[name])).toBe(true)
    expect(wide.some((name) => report.limits[name]! > plain.limits[name])).toBe(true)
    plain.destroy()
    expect([...report.features].sort()).toEqual([...device.features].filter((name) => name !== 'core-features-and-limits').sort())
    expect([report.name, report.identity, report.software]).toEqual([gpu.label, gpu.identity, gpu.software])
    expect(report.software).toBe(report.chosen !== 'gpu')
    expect(report.software).toBe(/llvmpipe|swiftshader/.test(report.name))
    expect(report.identity).toMatch(/^.+; .+; dawn \d+\.\d+\.\d+$/)
    expect(report.identity).toContain(`${report.name}; ${report.driver}`)
    expect(report.attempts.at(-1)).toEqual({
      source: report.chosen === 'embedded' ? 'embedded' : 'system',
      outcome: expect.stringContaining(`found ${report.name}`),
    })
    const [least, most] = report.subgroupSizes
    if (report.features.includes('subgroups')) expect(least).toBeGreaterThan(0)
    expect(traits.subgroupSize).toBe(report.features.includes('subgroups') && least === most ? least : undefined)
    await gpu.dispose()
    for (const wish of [report.chosen, report.name]) {
      const again = await openGpu({ adapter: wish })
      expect([again.report.chosen, again.report.identity]).toEqual([report.chosen, report.identity])
      await again.gpu.dispose()
    }
  })
})
