// Which GPU of several that have one name. WebGPU tells them apart by nothing; Linux knows each by its place on the PCI bus, and Mesa's layer for
// Vulkan, which Debian has in mesa-vulkan-drivers, shows a process the one at a place alone, whoever made its driver.

import { closeSync, existsSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { SignError } from '../../base/errors.js'

/** Places such as `0000:65:00.0` of the GPUs that this process may use, in their order; none where that cannot be seen, as outside Linux. */
export function gpuPlaces(root = '/'): string[] {
  return [...nvidiaPlaces(root), ...renderPlaces(root)].filter((place, i, all) => all.indexOf(place) === i).sort()
}

function nvidiaPlaces(root: string): string[] {
  const folder = join(root, 'proc/driver/nvidia/gpus')
  return namesIn(folder).filter((place) => {
    const [, minor] = /Device Minor:\s*(\d+)/.exec(readFileSync(join(folder, place, 'information'), 'utf8')) ?? []
    return minor !== undefined && canOpen(join(root, `dev/nvidia${minor}`))
  })
}

function renderPlaces(root: string): string[] {
  const folder = join(root, 'dev/dri/by-path')
  return namesIn(folder).flatMap((name) => {
    const [, place] = /^pci-([\da-f:.]+)-render$/.exec(name) ?? []
    return place !== undefined && canOpen(join(folder, name)) ? [place] : []
  })
}

/** Whether this process may use a device: a launcher that deals GPUs out leaves the others there, and refuses them. */
function canOpen(path: string): boolean {
  try {
    closeSync(openSync(path, 'r+'))
    return true
  } catch {
    return false
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/**
 * Runs `work`, in which adapters are looked for, with the GPU at a place to be seen alone, and leaves the environment as it was.
 * Throws ERR_NO_ADAPTER where the layer is not there.
 */
export function whileAt<T>(place: string, work: () => T, environment: NodeJS.ProcessEnv = process.env): T {
  if (!hasLayer(environment)) {
    const problem = `wanted the GPU at ${place}, got no way to ask for one of several`
    const advice =
      'On Debian or Ubuntu install mesa-vulkan-drivers, whose Vulkan layer can; or have the launcher give each rank a GPU, as Slurm and Kubernetes do'
    throw new SignError('ERR_NO_ADAPTER', 'signllm', problem, advice)
  }
  const before = environment.DRI_PRIME
  // The mark at the end hides all others.
  environment.DRI_PRIME = `pci-${place.replaceAll(/[:.]/g, '_')}!`
  try {
    return work()
  } finally {
    if (before === undefined) delete environment.DRI_PRIME
    else environment.DRI_PRIME = before
  }
}

/** Whether the Vulkan loader finds Mesa's layer, where it looks for layers. */
function hasLayer({ XDG_DATA_HOME, XDG_DATA_DIRS, NODEVICE_SELECT }: NodeJS.ProcessEnv): boolean {
  const folders = [
    XDG_DATA_HOME ?? join(homedir(), '.local/share'),
    ...(XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(':'),
    '/etc',
    '/usr/local/etc',
  ]
  return NODEVICE_SELECT === undefined && folders.some((folder) => existsSync(join(folder, 'vulkan/implicit_layer.d', LAYER)))
}

const LAYER = 'VkLayer_MESA_device_select.json'
