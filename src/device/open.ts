// Finding an adapter from Node: the user's GPU, an installed software Vulkan driver, or the embedded one. The only importer of `webgpu`.

import { create } from 'webgpu'
import { SignError } from '../base/errors.js'
import { spreadOverThreads } from './driver_threads.js'
import { type EmbeddedDriver, loadEmbedded, unpackEmbedded } from './embedded.js'
import { Gpu } from './gpu.js'
import { packageFolder, packageVersion } from './places.js'
import { readTuning, tuningIsOff, tuningPath } from './tuning_file.js'

export interface OpenOptions {
  /**
   * `gpu` (no software driver), `software` (an installed one), `embedded`, or part of an adapter's name.
   * Default: the environment variable SIGNLLM_ADAPTER, else the first of those three that is there.
   */
  readonly adapter?: string | undefined
  /** Whether to take kernels as `signllm tune` measured them here. Default true, unless the environment says SIGNLLM_TUNING=off. */
  readonly tuned?: boolean
  /** Whether dispatches will be long, as a large model's training step has them; lavapipe then gets more threads. Default false. */
  readonly longDispatches?: boolean
}

/** One try, for `signllm doctor` and for the message when none succeeds. */
export interface Attempt {
  readonly source: 'system' | 'embedded'
  readonly outcome: string
}

export interface AdapterReport {
  readonly chosen: 'gpu' | 'software' | 'embedded'
  readonly name: string
  readonly vendor: string
  readonly architecture: string
  readonly driver: string
  readonly software: boolean
  readonly features: readonly string[]
  readonly limits: Readonly<Record<string, number>>
  readonly subgroupSizes: readonly [min: number, max: number]
  readonly attempts: readonly Attempt[]
  /** What tuning results are kept by: the adapter, its driver, and Dawn's version. */
  readonly identity: string
  /** Where they are, and how many shapes of kernels they hold; 0 where the adapter is not tuned. */
  readonly tuning: { readonly path: string; readonly shapes: number }
}

/** A Gpu opened by us, which knows what it runs on. */
export interface OpenedGpu {
  readonly gpu: Gpu
  readonly report: AdapterReport
}

// Subgroup matrices and f16 on NVIDIA are behind toggles; timestamps are otherwise rounded to 65 µs.
const TOGGLES = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia', 'disable-dawn-features=timestamp_quantization']
const WANTED_FEATURES: readonly string[] = ['timestamp-query', 'shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']
const NAMING_ADVICE = 'Name one that is there, or none; signllm doctor says which one it would be'
const INSTALL_ADVICE =
  'On Debian or Ubuntu install mesa-vulkan-drivers 25 or newer (bookworm-backports has it), or the GPU maker’s Vulkan driver; or reinstall with optional dependencies for the embedded one'

/** Opens the best adapter, or the one asked for. Throws ERR_NO_ADAPTER with everything that was tried. */
export async function openGpu(options: OpenOptions = {}): Promise<OpenedGpu> {
  const wish = options.adapter || process.env.SIGNLLM_ADAPTER || 'any'
  const attempts: Attempt[] = []
  if (options.longDispatches) spreadOverThreads()
  if (wish !== 'embedded') {
    const found = await trySystem(wish, attempts)
    if (found) return open(found, isSoftware(found.adapter.info) ? 'software' : 'gpu', attempts, options)
  }
  if (wish === 'any' || wish === 'embedded' || 'swiftshader'.includes(wish.toLowerCase())) {
    const found = await tryEmbedded(attempts)
    if (found) return open(found, 'embedded', attempts, options)
  }
  const tried = attempts.map(({ source, outcome }) => `${source}: ${outcome}`).join('; ')
  const advice = byName(wish) ? NAMING_ADVICE : INSTALL_ADVICE
  throw new SignError('ERR_NO_ADAPTER', 'signllm', `wanted adapter '${wish}', got none (${tried})`, advice)
}

/** Whether a wish is part of an adapter's name, not a kind of adapter. */
const byName = (wish: string): boolean => !['any', 'gpu', 'software', 'embedded'].includes(wish)

interface Found {
  readonly dawn: GPU
  readonly adapter: GPUAdapter
}

async function trySystem(wish: string, attempts: Attempt[]): Promise<Found | undefined> {
  try {
    const dawn = create(byName(wish) ? [...TOGGLES, `adapter=${wish}`] : TOGGLES)
    const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) {
      attempts.push({ source: 'system', outcome: 'no Vulkan loader or no usable driver' })
      return undefined
    }
    const software = isSoftware(adapter.info)
    if ((wish === 'gpu' && software) || (wish === 'software' && !software)) {
      attempts.push({ source: 'system', outcome: `found ${adapter.info.device}, which is ${software ? 'a software driver' : 'a GPU'}` })
      return undefined
    }
    attempts.push({ source: 'system', outcome: `found ${adapter.info.device}` })
    return { dawn, adapter }
  } catch (error) {
    attempts.push({ source: 'system', outcome: (error as Error).message.replace(/\s+/g, ' ').trim() })
    return undefined
  }
}

async function tryEmbedded(attempts: Attempt[]): Promise<Found | undefined> {
  let driver: EmbeddedDriver | undefined
  try {
    driver = await unpackEmbedded()
  } catch (error) {
    attempts.push({ source: 'embedded', outcome: `could not be unpacked: ${(error as Error).message}` })
    return undefined
  }
  if (!driver) {
    attempts.push({ source: 'embedded', outcome: 'the optional package @sparticuz/chromium is not installed, or this is not linux x64' })
    return undefined
  }
  loadEmbedded(driver)
  // A new instance: one made before the driver was mapped keeps finding nothing.
  const dawn = create(TOGGLES)
  const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' })
  attempts.push({
    source: 'embedded',
    outcome: adapter ? `found ${adapter.info.device}` : `unpacked to ${driver.folder}, but gave no adapter`,
  })
  return adapter ? { dawn, adapter } : undefined
}

async function open(
  { dawn, adapter }: Found,
  chosen: AdapterReport['chosen'],
  attempts: readonly Attempt[],
  { tuned = true }: OpenOptions,
): Promise<OpenedGpu> {
  const { info } = adapter
  const limits = limitsOf(adapter.limits)
  const features = [...adapter.features].filter((feature) => WANTED_FEATURES.includes(feature)) as GPUFeatureName[]
  const name = (info.device || info.description).replace(/-+$/, '')
  const binding = packageFolder('webgpu')
  const identity = [name, info.description, `dawn ${binding ? await packageVersion(binding) : 'unknown'}`].join('; ')
  const path = tuningPath(identity)
  const tuning = tuned && !tuningIsOff() ? await readTuning(path, identity) : undefined
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits })
  const software = chosen !== 'gpu'
  const uniform = features.includes('subgroups') && info.subgroupMinSize === info.subgroupMaxSize
  const subgroups = uniform && info.subgroupMaxSize !== undefined ? { subgroupSize: info.subgroupMaxSize } : {}
  const matrices = { subgroupMatrices: subgroupMatrices(info, features) }
  const gpu = new Gpu(device, { software, label: name, identity, keepAlive: dawn, tuning, ...subgroups, ...matrices })
  const report: AdapterReport = {
    chosen,
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    software,
    features,
    limits,
    subgroupSizes: [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0],
    attempts,
    identity,
    tuning: { path, shapes: Object.values(tuning?.kernels ?? {}).reduce((sum, { shapes }) => sum + shapes.length, 0) },
  }
  return { gpu, report }
}

/** What Dawn lists beside its experimental feature; not in WebGPU's types yet. */
interface SubgroupMatrixConfig {
  readonly componentType: string
  readonly resultComponentType: string
  readonly M: number
  readonly N: number
  readonly K: number
}

/** The products a subgroup can do, as {@link AdapterTraits.subgroupMatrices} names them. Needs shader-f16 for those of halves. */
function subgroupMatrices(info: GPUAdapterInfo, features: readonly string[]): ReadonlySet<string> {
  if (!features.includes('chromium-experimental-subgroup-matrix')) return new Set()
  const { subgroupMatrixConfigs = [] } = info as { readonly subgroupMatrixConfigs?: readonly SubgroupMatrixConfig[] }
  const usable = subgroupMatrixConfigs.filter(({ componentType }) => componentType !== 'f16' || features.includes('shader-f16'))
  return new Set(usable.map((one) => `${one.componentType} ${one.resultComponentType} ${one.M}x${one.N}x${one.K}`))
}

/** A CPU posing as a GPU. Dawn's isFallbackAdapter says so for lavapipe and SwiftShader. */
function isSoftware(info: GPUAdapterInfo): boolean {
  return info.isFallbackAdapter || /llvmpipe|swiftshader|software/i.test(`${info.device} ${info.architecture} ${info.description}`)
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
