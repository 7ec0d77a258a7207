// Opening a device in a browser: on the adapter it gives, or over a device that is there already.

import { SignError } from '../../base/errors.js'
import { type DeviceReport, identityOf, infoOf, reportOf, requestDevice } from '../../device/adapter_facts.js'
import { Gpu } from '../../device/gpu.js'
import type { ShaderSource } from '../../device/shader/source.js'
import type { Tuning } from '../../device/tuning.js'

export interface OpenOptions {
  /** Whose adapter is taken. Default `navigator.gpu`. */
  readonly gpu?: GPU
  /** Which adapter, where there are several. Default `high-performance`. */
  readonly powerPreference?: GPUPowerPreference
  /** A device that is there already, taken as it is: no adapter is asked for. */
  readonly device?: GPUDevice
  /** What the adapter of that device says of itself, for browsers whose devices do not know. Default what the device knows. */
  readonly info?: GPUAdapterInfo
  /** Whether the device that was handed over is destroyed with the Gpu. Default false. */
  readonly owns?: boolean
  /** Where WGSL comes from. Default the package's shaders, as a module. */
  readonly shaders?: ShaderSource
  /** What was measured to be fastest on this adapter. Default nothing. */
  readonly tuning?: Tuning
}

/** A Gpu, and what it runs on. */
export interface OpenedGpu {
  readonly gpu: Gpu
  readonly report: DeviceReport
}

/**
 * Opens the browser's adapter, or takes the device handed over, with the same kernels for it. Throws ERR_NO_ADAPTER where there is no WebGPU,
 * or no adapter, ERR_DEVICE where the adapter gives no device, and ERR_USAGE for a device whose adapter is not known.
 *
 * @example
 * const { gpu, report } = await openGpu()
 */
export async function openGpu(options: OpenOptions = {}): Promise<OpenedGpu> {
  const { device: given, owns = false } = options
  if (given) return over(given, options.info ?? infoOf(given), owns, options)
  const adapter = await adapterOf(options)
  return over(await requestDevice(adapter), adapter.info, true, options)
}

async function adapterOf({ gpu = surroundings().gpu, powerPreference = 'high-performance' }: OpenOptions): Promise<GPUAdapter> {
  const adapter = await gpu?.requestAdapter({ powerPreference })
  if (adapter) return adapter
  const problem = `wanted a WebGPU adapter, got ${gpu ? 'none from this browser' : 'no navigator.gpu'}`
  const nextMove = gpu
    ? 'Update the browser or its graphics driver, or allow WebGPU in its settings'
    : 'Use a browser with WebGPU, and a page that comes from https or localhost'
  throw new SignError('ERR_NO_ADAPTER', 'signllm', problem, nextMove)
}

/** What a page or worker has, and other runtimes may lack. */
function surroundings(): { readonly gpu?: GPU; readonly userAgent?: string } {
  return (globalThis as { readonly navigator?: { readonly gpu?: GPU; readonly userAgent?: string } }).navigator ?? {}
}

function over(device: GPUDevice, info: GPUAdapterInfo, owns: boolean, { gpu: keepAlive, shaders, tuning }: OpenOptions): OpenedGpu {
  const identity = identityOf(info, surroundings().userAgent ?? 'a browser')
  const made = { ...(shaders && { shaders }), ...(tuning && { tuning }) }
  return { gpu: Gpu.from(device, { info, owns, identity, keepAlive, ...made }), report: reportOf(device, info, identity) }
}
