// What a page finds, with Dawn in the browser's place.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Gpu } from '../../device/gpu.js'
import { openGpu as openInNode } from '../node/open.js'
import { openGpu } from './open.js'

let opened: Gpu
let dawn: GPU
beforeAll(async () => {
  opened = (await openInNode()).gpu
  dawn = opened.keepAlive as GPU
})
afterAll(() => opened.destroy())

describe('openGpu of a browser', () => {
  it('takes the adapter’s kernels, features and limits, and ends with its device', async () => {
    const { gpu, report } = await openGpu({ gpu: dawn })
    expect({ ...gpu.traits, features: [...gpu.traits.features] }).toEqual({ ...opened.traits, features: [...opened.traits.features] })
    expect(report.limits.maxBufferSize).toBe(opened.device.limits.maxBufferSize)
    expect([report.name, report.software, report.identity]).toEqual([opened.label, opened.software, gpu.identity])
    await gpu.destroy()
    expect((await gpu.device.lost).reason).toBe('destroyed')
  })

  it('takes a device that is there already, with the shaders it is told of, and leaves it', async () => {
    const { gpu, report } = await openGpu({ device: opened.device, shaders: async (name) => `not ${name}` })
    expect(report.name).toBe(opened.label)
    const kernel = { name: 'mine', buffers: {}, params: {}, cost: () => ({ flops: 0, bytes: 0 }), workgroups: () => [1] as const }
    await expect(gpu.pipeline(kernel, {})).rejects.toThrow(/not|mine/)
    await gpu.destroy()
    opened.check()
  })

  it('wants to be told of the adapter where the device does not know', async () => {
    const { info } = (await dawn.requestAdapter())!
    const { device } = opened
    const plain = new Proxy(device, {
      get: (_, name) => {
        const value = name === 'adapterInfo' ? undefined : Reflect.get(device, name)
        return typeof value === 'function' ? value.bind(device) : value
      },
    })
    await expect(openGpu({ device: plain })).rejects.toThrow(/wanted a device with adapterInfo.+Pass the GPUAdapterInfo/)
    const { gpu, report } = await openGpu({ device: plain, info })
    expect([report.name, gpu.traits.subgroupSize]).toEqual([opened.label, opened.traits.subgroupSize])
    await gpu.destroy()
  })

  it('says what is missing, and what to do', async () => {
    await expect(openGpu()).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_NO_ADAPTER',
        message: expect.stringMatching(/got no navigator\.gpu\. Use a browser with WebGPU/),
      }),
    )
    const without = { requestAdapter: async () => null } as unknown as GPU
    await expect(openGpu({ gpu: without })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_NO_ADAPTER', message: expect.stringContaining('got none from this browser') }),
    )
  })
})
