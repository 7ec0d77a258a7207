// Whether the system's Vulkan loader can be opened, asked before Dawn is: where there is none, Dawn prints a warning with a stack line of its
// own to stderr, whatever options its instance was made with.

import { dirname, join } from 'node:path'
import { packageFolder } from './paths.js'

const LOADER = 'libvulkan.so.1'

/** Why Dawn would find no Vulkan loader; undefined where it will find one, and where it does not look for one. */
export function vulkanLoaderProblem(): string | undefined {
  // On macOS and Windows Dawn has Metal and Direct3D, and says nothing of Vulkan.
  if (process.platform !== 'linux') return undefined
  const binding = packageFolder('webgpu')
  // Where Dawn looks, in its order: beside its own binary, beside the executable, then wherever the linker does.
  const beside = binding === undefined ? [] : [join(binding, 'dist', `linux-${process.arch}`, LOADER)]
  const problems = [...beside, join(dirname(process.execPath), LOADER), LOADER].map(openingProblem)
  return problems.includes(undefined) ? undefined : problems.at(-1)
}

/** What the linker says against opening a library. Node closes it again at once, for it is no addon. */
function openingProblem(library: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, library)
    return undefined
  } catch (error) {
    const { message } = error as Error
    return /did not self-register/.test(message) ? undefined : message.split('\n')[0]
  }
}
