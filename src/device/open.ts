// Opening a device from Node: on the user's GPU, an installed software Vulkan driver, or the embedded one.

import { SignError } from '../base/errors.js'
import { type Attempt, type Found, findEmbedded, findSystem, isName, isSoftware } from './adapters.js'
import { Gpu } from './gpu.js'
import { packageFolder, packageVersion } from './places.js'
import type { Tuning } from './tuning.js'
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
  /** What is not as it should be, though the adapter runs; commands print it. */
  readonly notes: readonly string[]
  /** What tuning results are kept by: the adapter, its driver, and Dawn's version. */
  readonly identity: string
  /** Where they are, and how many shapes of kernels they hold; 0 where the adapter is not tuned, or they cannot be read. */
  readonly tuning: { readonly path: string; readonly shapes: number }
}

/** A Gpu opened by us, which knows what it runs on. */
export interface OpenedGpu {
  readonly gpu: Gpu
  readonly report: AdapterReport
}

const WANTED_FEATURES: readonly string[] = ['timestamp-query', 'shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']
const NAMING_ADVICE = 'Name one that is there, or none; signllm doctor says which one it would be'
const INSTALL_ADVICE =
  'On Debian or Ubuntu install mesa-vulkan-drivers 25 or newer (bookworm-backports has it), or the GPU maker’s Vulkan driver; or reinstall with optional dependencies for the embedded one'

/**
 * Opens the best adapter, or the one asked for. Throws ERR_NO_ADAPTER with everything that was tried, and ERR_DEVICE where the adapter gives no
 * device.
 */
export async function openGpu(options: OpenOptions = {}): Promise<OpenedGpu> {
  const wish = options.adapter || process.env.SIGNLLM_ADAPTER || 'any'
  const search = { wish, longDispatches: options.longDispatches ?? false }
  const attempts: Attempt[] = []
  const found =
    (wish === 'embedded' ? undefined : await findSystem(search, attempts)) ??
    (wish === 'gpu' || wish === 'software' ? undefined : await findEmbedded(search, attempts))
  if (found) return open(found, attempts, options)
  const tried = attempts.map(({ source, outcome }) => `${source}: ${outcome}`).join('; ')
  const advice = isName(wish) ? NAMING_ADVICE : INSTALL_ADVICE
  throw new SignError('ERR_NO_ADAPTER', 'signllm', `wanted adapter '${wish}', got none (${tried})`, advice)
}

async function open(
  { source, dawn, adapter, notes }: Found,
  attempts: readonly Attempt[],
  { tuned = true }: OpenOptions,
): Promise<OpenedGpu> {
  const { info } = adapter
  const limits = limitsOf(adapter.limits)
  const features = [...adapter.features].filter((feature) => WANTED_FEATURES.includes(feature)) as GPUFeatureName[]
  const name = (info.device || info.description).replace(/-+$/, '')
  const binding = packageFolder('webgpu')
  const identity = [name, info.description, `dawn ${binding ? await packageVersion(binding) : 'unknown'}`].join('; ')
  const tuning = await tuningOf(identity, tuned && !tuningIsOff())
  const device = await adapter.requestDevice({ requiredFeatures: features, requiredLimits: limits }).catch((cause: Error) => {
    throw new SignError('ERR_DEVICE', name, `wanted a device, got ${cause.message}`, 'Close what else uses this adapter, or name another', {
      cause,
    })
  })
  const software = isSoftware(info)
  const uniform = features.includes('subgroups') && info.subgroupMinSize === info.subgroupMaxSize
  const subgroups = uniform && info.subgroupMaxSize !== undefined ? { subgroupSize: info.subgroupMaxSize } : {}
  const matrices = { subgroupMatrices: subgroupMatrices(info, features) }
  const gpu = new Gpu(device, { software, label: name, identity, keepAlive: dawn, tuning: tuning.results, ...subgroups, ...matrices })
  const report: AdapterReport = {
    chosen: source === 'embedded' ? source : software ? 'software' : 'gpu',
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    driver: info.description,
    software,
    features,
    limits,
    subgroupSizes: [info.subgroupMinSize ?? 0, info.subgroupMaxSize ?? 0],
    attempts,
    notes: [...notes, ...tuning.notes],
    identity,
    tuning: { path: tuning.path, shapes: Object.values(tuning.results?.kernels ?? {}).reduce((sum, { shapes }) => sum + shapes.length, 0) },
  }
  return { gpu, report }
}

/** What was measured for an adapter. It is only a cache: where it cannot be read, a note says so, and kernels are taken untuned. */
async function tuningOf(identity: string, wanted: boolean): Promise<{ path: string; results?: Tuning | undefined; notes: string[] }> {
  const path = tuningPath(identity)
  if (!wanted) return { path, notes: [] }
  try {
    return { path, results: await readTuning(path, identity), notes: [] }
  } catch (error) {
    if (!(error instanceof SignError)) throw error
    return { path, notes: [`what signllm tune measured is not used: ${error.message}`] }
  }
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

// Asking for more than these two of dynamic offsets makes Dawn warn, and none of our kernels use them.
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const out: Record<string, number> = {}
  for (const name in limits) {
    const value = limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number' && !name.startsWith('maxDynamic')) out[name] = value
  }
  return out
}
