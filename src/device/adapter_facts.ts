// What an adapter says of itself: what kernels are chosen by, and what is told to the user. The same wherever the device came from.

import { SignError } from '../base/errors.js'
import type { AdapterTraits } from './kernel.js'

/** What a Gpu runs on. */
export interface DeviceReport {
  readonly name: string
  readonly vendor: string
  readonly architecture: string
  readonly driver: string
  readonly software: boolean
  readonly features: readonly string[]
  readonly limits: Readonly<Record<string, number>>
  readonly subgroupSizes: readonly [min: number, max: number]
  /** What tuning results are kept by: the adapter, its driver, and the implementation of WebGPU. */
  readonly identity: string
}

const WANTED_FEATURES: readonly string[] = ['timestamp-query', 'shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']

/** A device with every feature that kernels have a use for, and with all of the adapter's limits. Throws ERR_DEVICE. */
export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const name = adapterName(adapter.info)
  const requiredFeatures = wantedAmong(adapter.features) as GPUFeatureName[]
  return adapter.requestDevice({ requiredFeatures, requiredLimits: limitsOf(adapter.limits) }).catch((cause: Error) => {
    const nextMove = 'Close other programs that use this adapter, or choose another adapter'
    throw new SignError('ERR_DEVICE', name, `wanted a device, got ${cause.message}`, nextMove, { cause })
  })
}

/** What a device's adapter says of itself. Throws ERR_USAGE where the device does not know, as in older browsers. */
export function infoOf(device: GPUDevice): GPUAdapterInfo {
  const { adapterInfo } = device as { readonly adapterInfo?: GPUAdapterInfo }
  if (adapterInfo) return adapterInfo
  const problem = 'wanted a device with adapterInfo, got one without'
  throw new SignError('ERR_USAGE', device.label || 'a GPUDevice', problem, 'Pass the GPUAdapterInfo of its adapter as info')
}

/** The adapter's name as messages give it. Browsers may keep the device's own to themselves. */
export function adapterName({ device, description, vendor, architecture }: GPUAdapterInfo): string {
  return (device || description || [vendor, architecture].filter(Boolean).join(' ') || 'an adapter without a name').replace(/-+$/, '')
}

/**
 * The key of tuning results.
 *
 * @param runtime what implements WebGPU, with its version
 */
export const identityOf = (info: GPUAdapterInfo, runtime: string): string => [adapterName(info), info.description, runtime].join('; ')

/** A CPU posing as a GPU. Dawn's isFallbackAdapter says so for lavapipe and SwiftShader. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || /llvmpipe|swiftshader|software/i.test(`${info.device} ${info.architecture} ${info.description}`)
}

/** What kernels' variants are chosen by, on a device that has `features`. */
export function traitsOf(info: GPUAdapterInfo, features: ReadonlySet<string>): AdapterTraits {
  const uniform = features.has('subgroups') && info.subgroupMinSize === info.subgroupMaxSize
  return {
    software: isSoftware(info),
    features,
    subgroupSize: uniform ? info.subgroupMaxSize : undefined,
    subgroupMatrices: subgroupMatrices(info, features),
  }
}

export function reportOf(device: GPUDevice, info: GPUAdapterInfo, identity: string): DeviceReport {
  return {
    name: adapterName(info),
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    software: isSoftware(info),
    features: wantedAmong(device.features),
    limits: limitsOf(device.limits),
    subgroupSizes: [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0],
    identity,
  }
}

const wantedAmong = (features: ReadonlySet<string>): string[] => [...features].filter((feature) => WANTED_FEATURES.includes(feature))

/** What Dawn lists beside its experimental feature; not in WebGPU's types yet. */
interface SubgroupMatrixConfig {
  readonly componentType: string
  readonly resultComponentType: string
  readonly M: number
  readonly N: number
  readonly K: number
}

/** The products a subgroup can do, as {@link AdapterTraits.subgroupMatrices} names them. Needs shader-f16 for those of halves. */
function subgroupMatrices(info: GPUAdapterInfo, features: ReadonlySet<string>): ReadonlySet<string> {
  if (!features.has('chromium-experimental-subgroup-matrix')) return new Set()
  const { subgroupMatrixConfigs = [] } = info as { readonly subgroupMatrixConfigs?: readonly SubgroupMatrixConfig[] }
  const usable = subgroupMatrixConfigs.filter(({ componentType }) => componentType !== 'f16' || features.has('shader-f16'))
  return new Set(usable.map((one) => `${one.componentType} ${one.resultComponentType} ${one.M}x${one.N}x${one.K}`))
}

// Asking for more than these two of dynamic offsets makes Dawn warn, and none of our kernels use them.
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const out: Record<string, number> = {}
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number' && !name.startsWith('maxDynamic')) out[name] = value
  }
  return out
}
