// The adapter of last resort: SwiftShader, a Vulkan driver for CPUs, out of the optional npm package @sparticuz/chromium.
// Unpacked once to a cache folder and mapped into this process, so that nothing has to be installed and no environment set.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { cacheFolder, packageFolder, packageVersion } from './places.js'

// dlopen's flag that keeps a library mapped after Node unloads it for not being a Node addon. Dawn's own dlopen then finds it by its name.
const RTLD_NODELETE = 0x1000

export interface EmbeddedDriver {
  /** Folder with libvulkan.so.1, libvk_swiftshader.so and the ICD file. */
  readonly folder: string
  readonly version: string
}

/** Unpacks the driver if need be. Undefined where the package is absent or the platform is not linux x64. */
export async function unpackEmbedded(): Promise<EmbeddedDriver | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const root = packageFolder('@sparticuz/chromium')
  if (!root) return undefined
  const version = await packageVersion(root)
  const folder = join(cacheFolder(), `swiftshader-${version}`)
  if (!existsSync(folder)) await unpack(join(root, 'bin', 'swiftshader.tar.br'), folder)
  return { folder, version }
}

/** Maps the driver's Vulkan loader into the process and names its ICD. Must run before the `create()` that is to find it. */
export function loadEmbedded({ folder }: EmbeddedDriver): void {
  const icd = join(folder, 'vk_swiftshader_icd.json')
  process.env.VK_ICD_FILENAMES = icd
  process.env.VK_DRIVER_FILES = icd
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen
  try {
    process.dlopen({ exports: {} }, join(folder, 'libvulkan.so.1'), RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE)
  } catch {
    // Always throws "Module did not self-register": it is no Node addon. Mapped it is all the same.
  }
}

async function unpack(archive: string, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true })
  const partial = await mkdtemp(`${folder}.partial-`)
  try {
    const entries = await unpackTar(brotliDecompressSync(await readFile(archive)))
    for (const { header, data } of entries) {
      if (header.type !== 'file' || !data) continue
      await writeFile(join(partial, header.name.split('/').at(-1)!), data)
    }
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    if (!existsSync(folder)) throw error // else another process won the race, with the same bytes
  }
}
