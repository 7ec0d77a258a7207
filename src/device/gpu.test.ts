import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { tinyWorkloads } from '../../kernels-test/tiny_workloads.js'
import { add } from '../kernels/add.js'
import { gelu } from '../kernels/gelu.js'
import { openGpu } from '../platform/node/open.js'
import { shaderFromPackage } from '../platform/node/shader_files.js'
import { hashOfShaders, writeTuning } from '../platform/node/tuning_file.js'
import { Gpu } from './gpu.js'
import { type AnyKernel, candidatesOf } from './kernel.js'
import { Program, Recorder } from './program.js'
import { shadersOf, TUNING_FORMAT } from './tuning.js'
import { GPU_BUFFER } from './usage.js'

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
    await gpu.destroy()
  })

  it('says that its device was lost, and what to do', async () => {
    const { gpu } = await openGpu()
    gpu.device.destroy()
    await gpu.device.lost
    expect(() => gpu.buffer(16, 'x')).toThrow(/wanted a working device, got 'destroyed'.+goes on from its last checkpoint/)
    expect(() => gpu.check()).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_LOST', exitStatus: 3 }))
  })

  it('is used up once disposed, which may happen twice', async () => {
    const { gpu } = await openGpu()
    await gpu.destroy()
    await gpu.destroy()
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
    await gpu.destroy()
  })
})

describe('a Gpu tuned otherwise', () => {
  it('takes other variants, leaves the first one its own, and shares all else with it', async () => {
    const { gpu } = await openGpu()
    const kernel = gelu as unknown as AnyKernel
    const params = { n: 1024 }
    const usual = gpu.variant(kernel, params)
    const other = candidatesOf(kernel, gpu.traits).find(({ constants }) => constants.WG !== usual.constants.WG)!
    const shapes = [{ ...other, params, ms: 1, untunedMs: 2 }]
    const tuned = gpu.tunedAs({ format: TUNING_FORMAT, adapter: gpu.identity, kernels: { gelu: { files: [], hash: '', shapes } } })
    expect(tuned.variant(kernel, params).constants).toEqual(other.constants)
    expect(gpu.variant(kernel, params)).toEqual(usual)
    expect(tuned.tunedAs(undefined).variant(kernel, params)).toEqual(usual)
    expect([tuned.name, tuned.label, tuned.identity]).toEqual([gpu.name, gpu.label, gpu.identity])
    expect(await tuned.tunedAs(undefined).pipeline(kernel, params)).toBe(await gpu.pipeline(kernel, params))

    const recorder = new Recorder()
    const x = { name: 'x', shape: [4], dtype: 'f32', region: { buffer: gpu.buffer(16, 'x'), offset: 0, bytes: 16 } } as const
    const y = recorder.tensor('y', [4])
    recorder.run(add, { a: x, b: x, y }, { n: 4 })
    await (await Program.build(tuned, recorder)).run()
    await tuned.destroy()
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
    await gpu.destroy()
  })
})

describe('openGpu', () => {
  it('refuses a name no adapter has and lists what it tried', async () => {
    await expect(openGpu({ adapter: 'voodoo2' })).rejects.toThrow(/wanted adapter 'voodoo2', got none \(.+\)\. Name an adapter that exists/)
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
    await gpu.destroy()
    for (const wish of [report.chosen, report.name]) {
      const again = await openGpu({ adapter: wish })
      expect([again.report.chosen, again.report.identity]).toEqual([report.chosen, report.identity])
      await again.gpu.destroy()
    }
  })
})

describe('a Gpu over a device that others use', () => {
  const device = async () => {
    const { gpu } = await openGpu()
    return { opened: gpu, device: gpu.device }
  }

  it('takes the kernels that opening the same adapter takes', async () => {
    const { opened, device: given } = await device()
    for (const gpu of [Gpu.from(given), (await openGpu({ device: given })).gpu]) {
      expect({ ...gpu.traits, features: [...gpu.traits.features] }).toEqual({ ...opened.traits, features: [...opened.traits.features] })
      expect([gpu.label, gpu.software]).toEqual([opened.label, opened.software])
      for (const { kernel, params } of tinyWorkloads) expect(gpu.variant(kernel, params)).toEqual(opened.variant(kernel, params))
    }
    await opened.destroy()
  })

  it('is known by the same identity and reported alike, and takes what was measured for it', async () => {
    vi.stubEnv('SIGNLLM_TUNING', join(await mkdtemp(join(tmpdir(), 'signllm-lent-')), 'tuning.json'))
    try {
      const { gpu: opened, report } = await openGpu()
      const kernel = gelu as unknown as AnyKernel
      const choice = candidatesOf(kernel, opened.traits).at(-1)!
      const files = shadersOf(kernel)
      const shapes = [{ ...choice, params: { n: 1024 }, ms: 1, untunedMs: 2 }]
      const kernels = { gelu: { files, hash: await hashOfShaders(files, shaderFromPackage), shapes } }
      await writeTuning(report.tuning.path, { format: TUNING_FORMAT, adapter: report.identity, kernels })
      const lent = await openGpu({ device: opened.device })
      expect(lent.gpu.variant(kernel, { n: 1024 }).constants).toMatchObject(choice.constants)
      expect(lent.report).toEqual({ ...report, chosen: report.software ? 'software' : 'gpu', attempts: [], tuning: lent.report.tuning })
      expect(lent.report.tuning).toEqual({ path: report.tuning.path, shapes: 1 })
      await opened.destroy()
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it('leaves it to its owner, and takes away what it made on it', async () => {
    const { opened, device: given } = await device()
    const gpu = Gpu.from(given, { shaders: shaderFromPackage })
    const recorder = new Recorder()
    const x = recorder.feed('x', [4])
    const y = recorder.tensor('y', [4])
    recorder.run(add, { a: x, b: x, y }, { n: 4 })
    recorder.report(y)
    const made: GPUBuffer[] = []
    const create = given.createBuffer.bind(given)
    given.createBuffer = (descriptor) => {
      const buffer = create(descriptor)
      made.push(buffer)
      return buffer
    }
    const destroyed = new Set<GPUBuffer>()
    const program = await Program.build(gpu, recorder)
    program.write(x, Float32Array.of(1, 2, 3, 4))
    expect([...new Float32Array((await program.run())[0]!)]).toEqual([2, 4, 6, 8])
    await gpu.read(program.region(y).buffer)
    for (const buffer of made) {
      const destroy = buffer.destroy.bind(buffer)
      buffer.destroy = () => {
        destroyed.add(buffer)
        return destroy()
      }
    }
    // The staging buffer of the read is gone already: it was destroyed before it could be watched.
    const [last] = made.slice(-1)
    await gpu.destroy()
    await gpu.destroy()
    expect(() => gpu.check()).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }))
    expect(made.filter((buffer) => !destroyed.has(buffer))).toEqual([last])

    given.createBuffer = create
    const theirs = given.createBuffer({ size: 16, usage: GPU_BUFFER.COPY_SRC | GPU_BUFFER.COPY_DST })
    given.queue.writeBuffer(theirs, 0, Float32Array.of(1, 2, 3, 4))
    expect([...new Float32Array(await opened.read(theirs))]).toEqual([1, 2, 3, 4])
    await opened.destroy()
  })

  it('says that its owner destroyed it', async () => {
    const { opened, device: given } = await device()
    const gpu = Gpu.from(given)
    await opened.destroy()
    expect(() => gpu.check()).toThrow(expect.objectContaining({ code: 'ERR_DEVICE_LOST' }))
    await gpu.destroy()
  })

  it('goes with its device where it was handed over for good', async () => {
    const { opened, device: given } = await device()
    const { gpu } = await openGpu({ device: given, owns: true })
    await gpu.destroy()
    expect((await given.lost).reason).toBe('destroyed')
    await opened.destroy()
  })

  it('is refused together with the name of an adapter', async () => {
    const { opened, device: given } = await device()
    await expect(openGpu({ device: given, adapter: 'gpu' })).rejects.toThrow(
      "openGpu: wanted a device or the name of an adapter, got both a device and 'gpu'. Leave one of them out.",
    )
    await opened.destroy()
  })
})
