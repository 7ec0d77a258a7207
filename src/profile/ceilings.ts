// What this adapter can do at most, measured by two kernels that do nothing else: copy, and multiply-add in registers.

import { readFile } from 'node:fs/promises'
import type { Gpu } from '../src/device/gpu.js'
import { sampleSubmissions, type Timed } from './timing.js'

export interface Ceilings {
  /** Bytes read and written, a second, in GB. */
  readonly gigabytes: number
  /** Multiplies and adds a second, in GFLOP. */
  readonly gigaflops: number
}

/** Measures both. */
export async function measureCeilings(gpu: Gpu): Promise<Ceilings> {
  // Larger than any cache, smaller than any adapter's binding limit; a software driver need not move as much to show its pace.
  const copied = (gpu.software ? 32 : 128) * 2 ** 20
  const copy = await timeCeiling(gpu, 'copy', copied, copied / 16 / 64)
  const lanes = gpu.software ? 2 ** 14 : 2 ** 21
  const multiplyAdd = await timeCeiling(gpu, 'multiply_add', 16 * lanes, lanes / 64)
  return { gigabytes: (2 * copied) / copy.best / 1e6, gigaflops: (lanes * 256 * 64) / multiplyAdd.best / 1e6 }
}

async function timeCeiling(gpu: Gpu, name: string, bytes: number, workgroups: number): Promise<Timed> {
  const { device } = gpu
  const code = await readFile(new URL(`ceilings/${name}.wgsl`, import.meta.url), 'utf8')
  const module = device.createShaderModule({ label: name, code })
  const pipeline = await gpu.wait(
    device.createComputePipelineAsync({ label: name, layout: 'auto', compute: { module, entryPoint: 'main' } }),
  )
  const buffers = [gpu.buffer(bytes, `${name} x`), gpu.buffer(bytes, `${name} y`)]
  const layout = pipeline.getBindGroupLayout(0)
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }))
  const bindGroup = device.createBindGroup({ label: name, layout, entries })
  // One dimension of workgroups is limited to 65 535.
  const [x, y] = workgroups > 65535 ? [workgroups / 32, 32] : [workgroups, 1]
  try {
    return await sampleSubmissions(gpu, async (times) => {
      const encoder = device.createCommandEncoder()
      const pass = encoder.beginComputePass()
      pass.setPipeline(pipeline)
      pass.setBindGroup(0, bindGroup)
      for (let i = 0; i < times; i++) pass.dispatchWorkgroups(x, y)
      pass.end()
      device.queue.submit([encoder.finish()])
      await gpu.wait(device.queue.onSubmittedWorkDone())
    })
  } finally {
    for (const buffer of buffers) buffer.destroy()
  }
}
