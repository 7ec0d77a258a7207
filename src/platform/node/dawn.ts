// Dawn, the WebGPU implementation: its binary, loaded when a GPU is first wanted, and its instances, one for all that ask alike. The only
// importer of `webgpu`, lazily: a machine that cannot load the binary runs everything that needs no GPU.

import { pathToFileURL } from 'node:url'
import { SignError } from '../../base/errors.js'
import { once } from '../../base/once.js'

/** What the binding exports, as far as we use it. */
export interface Dawn {
  readonly create: (options: string[]) => GPU
}

/** Dawn as npm installed it, which finds the system's drivers. Throws ERR_NO_ADAPTER where its binary cannot be loaded. */
export async function systemDawn(): Promise<Dawn> {
  try {
    return await import('webgpu')
  } catch (cause) {
    throw cannotLoad(cause as Error)
  }
}

/** Dawn out of a copy of its package: a binary of its own, which looks for the Vulkan loader beside itself first. Throws what loading throws. */
export async function dawnIn(folder: string): Promise<Dawn> {
  return (await import(pathToFileURL(`${folder}/index.js`).href)) as Dawn
}

// Subgroup matrices and f16 on NVIDIA are behind toggles; timestamps are otherwise rounded to 65 µs.
const TOGGLES = ['enable-dawn-features=allow_unsafe_apis,vulkan_enable_f16_on_nvidia', 'disable-dawn-features=timestamp_quantization']

const instances = new Map<string, GPU>()

/**
 * The instance for these options and the drivers' environment as it is now, made once: an instance is never quite freed, and looks for
 * drivers only once. It also must outlive every device, which being kept here it does.
 */
export function instanceOf(dawn: Dawn, place: string, options: readonly string[] = []): GPU {
  const environment = Object.entries(process.env).filter(([name]) => /^(VK|LP|MESA|XDG|DRI)_/.test(name))
  return once(instances, JSON.stringify([place, options, environment]), () => dawn.create([...TOGGLES, ...options]))
}

/** What is wrong with a binary the linker or npm did not give us, in one sentence with what to do. */
function cannotLoad(cause: Error): SignError {
  const got = cause.message.split('\n')[0]!
  const glibc = process.platform === 'linux' ? glibcVersion() : undefined
  const [, lacking] = /version [`']?(GLIBC(?:XX)?_[\d.]+)'? not found/.exec(got) ?? []
  if (process.platform === 'linux' && (lacking !== undefined || glibc === undefined)) {
    const has = glibc === undefined ? 'a system without glibc' : `glibc ${glibc}`
    const problem = `wanted glibc 2.34 for Dawn's binary, got ${has}${lacking === undefined ? '' : `, which lacks ${lacking}`}`
    return new SignError('ERR_NO_ADAPTER', 'webgpu', problem, `Use Ubuntu 22.04, Debian 12, RHEL 9 or newer; ${REST_GOES_ON}`, { cause })
  }
  const problem = `wanted Dawn's binary for ${process.platform} ${process.arch}, got ${got}`
  return new SignError('ERR_NO_ADAPTER', 'webgpu', problem, `Run npm ci on this machine; ${REST_GOES_ON}`, { cause })
}

const REST_GOES_ON = 'commands that need no GPU run without it'

/** Of the C library Node runs on; undefined where that is another, such as musl. */
function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime
}
