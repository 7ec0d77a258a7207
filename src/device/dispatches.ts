// What a recorded dispatch becomes on a Gpu: pipeline, bind group and grid, made in advance, and checked so that encoding it cannot fail.

import { SignError } from '../base/errors.js'
import type { Gpu, Pipeline } from './gpu.js'
import { type Grid, packParams } from './kernel.js'
import { bytesOf, type Region, type Tensor } from './memory.js'
import { type Step, tensorNamed } from './recorder.js'
import { GPU_BUFFER } from './usage.js'

/** What is encoded. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline
  readonly bindGroup: GPUBindGroup
  readonly grid: readonly [number, number, number]
}

/** The dispatches of `steps`, and the buffer of their params. Throws ERR_DEVICE for what the adapter's limits refuse, ERR_USAGE for what Dawn does. */
export async function makeDispatches(
  gpu: Gpu,
  steps: readonly Step[],
  pipelines: readonly Pipeline[],
  regionOf: ReadonlyMap<Tensor, Region>,
): Promise<{ dispatches: readonly Dispatch[]; uniforms: GPUBuffer }> {
  const { uniforms, places } = uploadParams(gpu, steps, pipelines)
  try {
    const dispatches = await validated(gpu, () =>
      steps.map((step, i) => {
        const { grid } = gpu.variant(step.kernel, step.params)
        checkLimits(gpu, step, grid)
        return makeDispatch(gpu, step, grid, pipelines[i]!, regionOf, { buffer: uniforms, ...places[i]! })
      }),
    )
    return { dispatches, uniforms }
  } catch (error) {
    uniforms.destroy()
    throw error
  }
}

/** What `make` gives. What Dawn finds wrong with it is thrown: uncaught, it would be printed and the Gpu lost. */
async function validated<T>(gpu: Gpu, make: () => T): Promise<T> {
  let made: T
  let scope: Promise<GPUError | null>
  gpu.device.pushErrorScope('validation')
  try {
    made = make()
  } finally {
    // It rejects with the device only, which the check tells.
    scope = gpu.device.popErrorScope().catch(() => null)
  }
  const error = await gpu.wait(scope)
  gpu.check()
  if (!error) return made
  throw new SignError('ERR_USAGE', 'program', `wanted buffers its kernels can bind, got ${error.message.trim()}`, 'Check its tensors')
}

function uploadParams(gpu: Gpu, steps: readonly Step[], pipelines: readonly Pipeline[]) {
  const align = gpu.device.limits.minUniformBufferOffsetAlignment
  const packed = steps.map((step, i) => packParams(step.kernel, pipelines[i]!.facts, step.params))
  let size = 0
  // Bound by its size: all of them together may be more than one uniform binding holds.
  const places = packed.map((bytes) => {
    const place = { offset: size, size: bytes.length }
    size += Math.ceil(bytes.length / align) * align
    return place
  })
  const all = new Uint8Array(Math.max(align, size))
  packed.forEach((bytes, i) => {
    all.set(bytes, places[i]!.offset)
  })
  const uniforms = gpu.createBuffer({ label: 'params', size: all.length, usage: GPU_BUFFER.UNIFORM | GPU_BUFFER.COPY_DST })
  gpu.device.queue.writeBuffer(uniforms, 0, all)
  return { uniforms, places }
}

/** A dispatch must not be able to fail: what could is refused here, by name. */
function checkLimits(gpu: Gpu, step: Step, grid: Grid): void {
  const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = gpu.device.limits
  for (const [name, tensor] of Object.entries(step.tensors)) {
    if (bytesOf(tensor) > maxStorageBufferBindingSize) {
      throw new SignError(
        'ERR_DEVICE',
        step.label,
        `wanted ${name} [${tensor.shape.join(', ')}] of ${bytesOf(tensor)} bytes in one binding, got a limit of ${maxStorageBufferBindingSize} on ${gpu.label}`,
        'Use a smaller batch or model',
      )
    }
  }
  if (grid.some((n) => n !== undefined && n > maxComputeWorkgroupsPerDimension)) {
    throw new SignError(
      'ERR_DEVICE',
      step.label,
      `wanted [${grid.join(', ')}] workgroups, got a limit of ${maxComputeWorkgroupsPerDimension} a dimension`,
      'Use a smaller batch or model',
    )
  }
}

function makeDispatch(
  gpu: Gpu,
  step: Step,
  grid: Grid,
  { pipeline, layout }: Pipeline,
  regionOf: ReadonlyMap<Tensor, Region>,
  params: GPUBufferBinding,
): Dispatch {
  const names = Object.keys(step.kernel.buffers)
  const entries: GPUBindGroupEntry[] = names.map((name, binding) => {
    const tensor = tensorNamed(step, name)
    const { buffer, offset } = tensor.region ?? regionOf.get(tensor)!
    return { binding, resource: { buffer, offset, size: Math.max(4, bytesOf(tensor)) } }
  })
  if (Object.keys(step.kernel.params).length > 0) entries.push({ binding: names.length, resource: params })
  return {
    pipeline,
    bindGroup: gpu.device.createBindGroup({ label: step.label, layout, entries }),
    grid: [grid[0], grid[1] ?? 1, grid[2] ?? 1],
  }
}
