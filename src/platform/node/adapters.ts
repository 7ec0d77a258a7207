// Looking for an adapter: among the system's drivers, and the embedded one.

import { SignError } from '../../base/errors.js'
import { adapterName, isSoftware } from '../../device/adapter_facts.js'
import { type Dawn, instanceOf, systemDawn } from './dawn.js'
import { whileSpread } from './driver_threads.js'
import { embeddedDawn } from './embedded.js'
import { whileAt } from './gpu_places.js'
import { stderrHolder } from './held_stderr.js'
import { vulkanLoaderProblem } from './vulkan_loader.js'

/** One try, for `signllm doctor` and for the message when none succeeds. */
export interface Attempt {
  readonly source: 'system' | 'embedded'
  readonly outcome: string
}

export interface Found {
  readonly source: Attempt['source']
  readonly dawn: GPU
  readonly adapter: GPUAdapter
  /** What the user should know of how it was found. */
  readonly notes: readonly string[]
}

/** Which adapter, and how it is to be set up. */
export interface Search {
  /** `any`, `gpu`, `software`, `embedded` or part of an adapter's name. */
  readonly wish: string
  readonly longDispatches: boolean
  /** Where on the PCI bus the GPU is, where there are several. */
  readonly place?: string | undefined
}

/** The adapter of the system's that is wished for. Each try goes to `attempts`. Throws ERR_NO_ADAPTER where Dawn itself cannot be loaded, and
 * where there is no way to ask for a place. */
export async function findSystem({ wish, longDispatches, place }: Search, attempts: Attempt[]): Promise<Found | undefined> {
  const tried = (outcome: string) => void attempts.push({ source: 'system', outcome })
  const dawn = await systemDawn()
  const problem = vulkanLoaderProblem()
  if (problem !== undefined) return tried(`no Vulkan loader (${problem})`)
  const ask: Ask = { dawn, from: 'system', longDispatches, at: wish === 'software' ? undefined : place }
  try {
    const found = isName(wish) ? await askByName(ask, wish) : await (wish === 'software' ? askForSoftware : askFor)(ask)
    if (!found.adapter) return tried(['no usable driver', ...found.said].join(': '))
    const device = adapterName(found.adapter.info)
    const software = isSoftware(found.adapter.info)
    if ((wish === 'gpu' && software) || (wish === 'software' && !software)) {
      return tried(`found ${device}, which is ${software ? 'a software driver' : 'a GPU'}`)
    }
    tried(`found ${device}`)
    return { source: 'system', dawn: found.instance, adapter: found.adapter, notes: [] }
  } catch (error) {
    if (error instanceof SignError) throw error
    return tried(onOneLine(error))
  }
}

/** The embedded adapter, where it is there and, for a name, has that name. Throws ERR_NO_ADAPTER where Dawn itself cannot be loaded. */
export async function findEmbedded({ wish, longDispatches }: Search, attempts: Attempt[]): Promise<Found | undefined> {
  const tried = (outcome: string) => void attempts.push({ source: 'embedded', outcome })
  await systemDawn() // a copy of what cannot be loaded cannot be either, and would say less well why
  try {
    const embedded = await embeddedDawn()
    if (!embedded) return tried('the optional package @sparticuz/chromium is not installed, or this is not linux x64')
    const { dawn, folder, notes } = embedded
    const { adapter, instance, said } = await askFor({ dawn, from: folder, longDispatches })
    if (!adapter) return tried([`unpacked to ${folder}, but gave no adapter`, ...said].join(': '))
    if (isName(wish) && !plain(adapter.info.device).includes(plain(wish))) return tried(`its adapter is ${adapterName(adapter.info)}`)
    tried(`found ${adapterName(adapter.info)}`)
    return { source: 'embedded', dawn: instance, adapter, notes }
  } catch (error) {
    return tried(`could not be loaded: ${onOneLine(error)}`)
  }
}

/** Whether a wish is part of an adapter's name, not a kind of adapter. */
export const isName = (wish: string): boolean => !['any', 'gpu', 'software', 'embedded'].includes(wish)

interface Ask {
  readonly dawn: Dawn
  /** Which Dawn it is. */
  readonly from: string
  readonly longDispatches: boolean
  /** On the PCI bus. */
  readonly at?: string | undefined
  readonly options?: readonly string[]
}

interface Answer {
  readonly instance: GPU
  readonly adapter: GPUAdapter | null
  readonly said: readonly string[]
}

async function askFor({ dawn, from, longDispatches, at, options }: Ask): Promise<Answer> {
  const hold = await stderrHolder()
  // Dawn has looked for drivers when its promise is made: what it reads and writes meanwhile is between these brackets.
  const look = () => {
    const instance = instanceOf(dawn, from, options)
    return { instance, asked: instance.requestAdapter({ powerPreference: 'high-performance' }) }
  }
  const { result, said } = hold(() => {
    const there = () => (at === undefined ? look() : whileAt(at, look))
    return longDispatches ? whileSpread(there) : there()
  })
  return { instance: result.instance, adapter: await result.asked, said }
}

/** A software driver even where a GPU is there too, which Dawn prefers. What Dawn calls a fallback adapter is SwiftShader only. */
async function askForSoftware(ask: Ask): Promise<Answer> {
  const preferred = await askFor(ask)
  if (!preferred.adapter || isSoftware(preferred.adapter.info)) return preferred
  for (const name of ['llvmpipe', 'swiftshader']) {
    const named = await askFor({ ...ask, options: [`adapter=${name}`] }).catch(() => undefined)
    if (named?.adapter) return named
  }
  return preferred
}

/**
 * The adapter whose name holds `wish`. Dawn compares with the names drivers give; people have the name from `signllm doctor`, where WebGPU
 * has every other character made a hyphen. So where Dawn does not know it, its list is gone through.
 */
async function askByName(ask: Ask, wish: string): Promise<Answer> {
  try {
    return await askFor({ ...ask, options: [`adapter=${wish}`] })
  } catch (error) {
    const names = [...(error as Error).message.matchAll(/name: '(.*)'$/gm)].map(([, name]) => name!)
    const meant = names.find((name) => plain(name).includes(plain(wish)))
    if (meant === undefined || plain(wish) === '') throw error
    return askFor({ ...ask, options: [`adapter=${meant}`] })
  }
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

const onOneLine = (error: unknown): string => (error as Error).message.replace(/\s+/g, ' ').trim()
