// Opening a device from Node: on the user's GPU, an installed software Vulkan driver, or the embedded one; or over a device that is there already.

import { SignError } from '../../base/errors.js'
import { type DeviceReport, identityOf, infoOf, isSoftware, reportOf, requestDevice } from '../../device/adapter_facts.js'
import { Gpu } from '../../device/gpu.js'
import type { Tuning } from '../../device/tuning.js'
import { type Attempt, findEmbedded, findSystem, isName } from './adapters.js'
import { gpuPlaces } from './gpu_places.js'
import { packageFolder, packageVersion } from './paths.js'
import { waitFor } from './polite_wait.js'
import { shaderFromPackage } from './shader_files.js'
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
  /**
   * Which of the GPUs that this process may use, from 0, in the order of their places on the PCI bus; begins anew where there are fewer. For several
   * that have one name, as the ranks of one machine want them; software drivers and the embedded one do not ask. Default: the best.
   */
  readonly index?: number | undefined
  /**
   * A device of Dawn's that is there already, taken as it is: no adapter is looked for. Keep what Dawn's `create` returned for as long as
   * it is used.
   */
  readonly device?: GPUDevice
  /** Whether the device that was handed over is destroyed with the Gpu. Default false. */
  readonly owns?: boolean
}

export interface AdapterReport extends DeviceReport {
  readonly chosen: 'gpu' | 'software' | 'embedded'
  /** None where a device was handed over. */
  readonly attempts: readonly Attempt[]
  /** Where on the PCI bus it is, such as `0000:65:00.0`, where one of several GPUs was asked for by its number. */
  readonly place?: string | undefined
  /** What is not as it should be, though the adapter runs; commands print it. */
  readonly notes: readonly string[]
  /** Where tuning results are, and how many shapes of kernels they hold; 0 where the adapter is not tuned, or they cannot be read. */
  readonly tuning: { readonly path: string; readonly shapes: number }
}

/** A Gpu opened by us, which knows what it runs on. */
export interface OpenedGpu {
  readonly gpu: Gpu
  readonly report: AdapterReport
}

const NAMING_ADVICE = 'Name an adapter that exists, or none; signllm doctor shows which one would be used'
const INSTALL_ADVICE =
  'On Debian or Ubuntu install mesa-vulkan-drivers 25 or newer (bookworm-backports has it), or the GPU maker’s Vulkan driver; or reinstall with optional dependencies for the embedded one'

/**
 * Opens the best adapter, or the one asked for, or takes the device handed over, with the same kernels for it. Throws ERR_NO_ADAPTER with
 * everything that was tried or where GPUs cannot be told apart, ERR_DEVICE where the adapter gives no device, and ERR_USAGE for a device together with the name of an adapter.
 */
export async function openGpu(options: OpenOptions = {}): Promise<OpenedGpu> {
  if (options.device) return openOn(options.device, options)
  const wish = options.adapter || process.env.SIGNLLM_ADAPTER || 'any'
  const places = options.index === undefined ? [] : gpuPlaces()
  // One GPU is found without being asked for by its place.
  const place = places.length > 1 ? places[options.index! % places.length] : undefined
  const search = { wish, longDispatches: options.longDispatches ?? false, place }
  const attempts: Attempt[] = []
  const found =
    (wish === 'embedded' ? undefined : await findSystem(search, attempts)) ??
    (wish === 'gpu' || wish === 'software' ? undefined : await findEmbedded(search, attempts))
  if (found) {
    const { source, dawn, adapter, notes } = found
    const device = await requestDevice(adapter)
    return open(
      { device, info: adapter.info, owns: true, keepAlive: dawn, embedded: source === 'embedded', attempts, place, notes },
      options,
    )
  }
  const tried = attempts.map(({ source, outcome }) => `${source}: ${outcome}`).join('; ')
  const advice = isName(wish) ? NAMING_ADVICE : INSTALL_ADVICE
  throw new SignError('ERR_NO_ADAPTER', 'signllm', `wanted adapter '${wish}', got none (${tried})`, advice)
}

function openOn(device: GPUDevice, options: OpenOptions): Promise<OpenedGpu> {
  const { adapter, owns = false } = options
  if (adapter) {
    const problem = `wanted a device or the name of an adapter, got both a device and '${adapter}'`
    throw new SignError('ERR_USAGE', 'openGpu', problem, 'Leave one of them out')
  }
  return open({ device, info: infoOf(device), owns, embedded: false, attempts: [], notes: [] }, options)
}

/** What a Gpu is made of. */
interface Source {
  readonly device: GPUDevice
  readonly info: GPUAdapterInfo
  readonly owns: boolean
  readonly keepAlive?: unknown
  /** Whether the driver is known to be the embedded one, and not an installed one. */
  readonly embedded: boolean
  readonly attempts: readonly Attempt[]
  readonly place?: string | undefined
  readonly notes: readonly string[]
}

async function open(source: Source, { tuned = true }: OpenOptions): Promise<OpenedGpu> {
  const { device, info, owns, keepAlive, attempts } = source
  const binding = packageFolder('webgpu')
  const identity = identityOf(info, `dawn ${binding ? await packageVersion(binding) : 'unknown'}`)
  const tuning = await tuningOf(identity, tuned && !tuningIsOff())
  const software = isSoftware(info)
  const wait = <T>(work: Promise<T>) => waitFor(work, software)
  const gpu = Gpu.from(device, { info, owns, identity, keepAlive, wait, shaders: shaderFromPackage, tuning: tuning.results })
  const report: AdapterReport = {
    chosen: source.embedded ? 'embedded' : software ? 'software' : 'gpu',
    ...reportOf(device, info, identity),
    attempts,
    ...(source.place !== undefined && !software && { place: source.place }),
    notes: [...source.notes, ...tuning.notes],
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
    return { path, notes: [`results of signllm tune are not used: ${error.message}`] }
  }
}
